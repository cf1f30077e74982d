//! What of an order pauses and limits judge, off the wire.

use chassis::{error::Violations, id, text};
use proto::capacity::v1 as wire;

use crate::domain::{channel::Channel, line::Line, method::Method};

const MOST_LINES: usize = 50;
const MOST_OPTIONS: usize = 50;
const MOST_CATEGORIES: usize = 20;
const MOST_UNITS: i64 = 99;
const MOST_AMOUNT: i64 = 9_999_999;
const MOST_SECONDS: i64 = 86_400;
const MOST_LABEL: usize = 20;

/// Reads the lines of an order.
pub fn lines(field: &str, lines: &[wire::HoldLine], violations: &mut Violations) -> Vec<Line> {
    at_most(field, lines, MOST_LINES, violations);
    let lines = lines.iter().take(MOST_LINES).enumerate();
    lines
        .filter_map(|(index, read)| line(&format!("{field}[{index}]"), read, violations))
        .collect()
}

fn line(field: &str, line: &wire::HoldLine, violations: &mut Violations) -> Option<Line> {
    let product_id = id::parse(&format!("{field}.product_id"), &line.product_id, violations);
    let variant_id = id::parse(&format!("{field}.variant_id"), &line.variant_id, violations);
    let (options, categories) = (
        format!("{field}.option_ids"),
        format!("{field}.category_ids"),
    );
    let option_ids = ids(&options, &line.option_ids, MOST_OPTIONS, violations);
    let category_ids = ids(&categories, &line.category_ids, MOST_CATEGORIES, violations);
    let make_seconds = i64::from(line.make_seconds);
    for (name, given, min, max) in [
        ("quantity", line.quantity, 1, MOST_UNITS),
        ("amount", line.amount, 0, MOST_AMOUNT),
        ("make_seconds", make_seconds, 0, MOST_SECONDS),
    ] {
        if !(min..=max).contains(&given) {
            let params = [("given", given), ("min", min), ("max", max)];
            violations.push_with(format!("{field}.{name}"), "VALIDATION_FAILED", params);
        }
    }
    Some(Line {
        product_id: product_id?,
        variant_id: variant_id?,
        option_ids,
        category_ids,
        quantity: line.quantity,
        amount: line.amount,
        make_seconds,
        station: text::bounded_label(
            &format!("{field}.station"),
            &line.station,
            0..=MOST_LABEL,
            violations,
        ),
        print_tag: text::bounded_label(
            &format!("{field}.print_tag"),
            &line.print_tag,
            0..=MOST_LABEL,
            violations,
        ),
    })
}

/// Reads ids, at most so many.
pub fn ids<T: id::Id>(
    field: &str,
    raw: &[String],
    most: usize,
    violations: &mut Violations,
) -> Vec<T> {
    at_most(field, raw, most, violations);
    let raw = raw.iter().take(most).enumerate();
    raw.filter_map(|(index, raw)| id::parse(&format!("{field}[{index}]"), raw, violations))
        .collect()
}

fn at_most<T>(field: &str, given: &[T], most: usize, violations: &mut Violations) {
    if given.len() > most {
        let params = [("max", most), ("given", given.len())];
        violations.push_with(field, "VALIDATION_FAILED", params);
    }
}

/// Reads a channel; what is not said is the brand's own storefront.
pub fn channel(field: &str, number: i32, violations: &mut Violations) -> Channel {
    match wire::Channel::try_from(number) {
        Ok(wire::Channel::Unspecified | wire::Channel::Web) => Channel::Web,
        Ok(wire::Channel::Line) => Channel::Line,
        Ok(wire::Channel::QrTable) => Channel::QrTable,
        Ok(wire::Channel::Counter) => Channel::Counter,
        Ok(wire::Channel::UberEats) => Channel::UberEats,
        Err(_) => {
            violations.push(field, "VALIDATION_FAILED");
            Channel::Web
        }
    }
}

/// A channel on the wire.
pub const fn wire_channel(channel: Channel) -> wire::Channel {
    match channel {
        Channel::Web => wire::Channel::Web,
        Channel::Line => wire::Channel::Line,
        Channel::QrTable => wire::Channel::QrTable,
        Channel::Counter => wire::Channel::Counter,
        Channel::UberEats => wire::Channel::UberEats,
    }
}

/// Reads a method; what is not said is 自取.
pub fn method(field: &str, number: i32, violations: &mut Violations) -> Method {
    match wire::Method::try_from(number) {
        Ok(wire::Method::Unspecified | wire::Method::Pickup) => Method::Pickup,
        Ok(wire::Method::Delivery) => Method::Delivery,
        Ok(wire::Method::OnSite) => Method::OnSite,
        Err(_) => {
            violations.push(field, "VALIDATION_FAILED");
            Method::Pickup
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_line_is_named() {
        let good = wire::HoldLine {
            product_id: uuid::Uuid::from_u128(1).to_string(),
            variant_id: uuid::Uuid::from_u128(2).to_string(),
            quantity: 1,
            ..Default::default()
        };
        let bad = wire::HoldLine {
            variant_id: String::new(),
            option_ids: vec!["7".to_owned()],
            quantity: 100,
            amount: -1,
            ..good.clone()
        };
        let mut violations = Violations::new();
        assert_eq!(lines("hold.lines", &[good, bad], &mut violations).len(), 1);
        let fields = violations.into_result().unwrap_err().fields;
        let fields: Vec<_> = fields.iter().map(|found| found.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "hold.lines[1].variant_id",
                "hold.lines[1].option_ids[0]",
                "hold.lines[1].quantity",
                "hold.lines[1].amount",
            ]
        );
    }
}
