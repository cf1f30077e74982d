//! Holds on the wire.

use std::collections::BTreeMap;

use chassis::{
    error::{CommonReason, Violations},
    id::{self, BranchId, SkuId},
    text,
};
use proto::capacity::v1 as wire;

use crate::{
    app::holds::place::Held,
    domain::{holds::batch::HoldRequest, line::Line, stock},
    wire::{at_most, channel, ids, instant, method, timestamp},
};

const MOST_SKUS: usize = 200;
const MOST_LINES: usize = 50;
const MOST_OPTIONS: usize = 50;
const MOST_CATEGORIES: usize = 20;
const MOST_UNITS: i64 = 99;
const MOST_AMOUNT: i64 = 9_999_999;
const MOST_SECONDS: i64 = 86_400;
const MOST_LABEL: usize = 20;

/// Reads what is to be held; the same unit named twice is summed.
pub fn hold_request(
    body: &wire::HoldRequest,
    violations: &mut Violations,
) -> Option<(BranchId, HoldRequest)> {
    let order_id = id::parse("hold.order_id", &body.order_id, violations);
    let hold_key = id::parse("hold.hold_key", &body.hold_key, violations);
    let branch_id = id::parse("hold.branch_id", &body.branch_id, violations);
    let wanted_at = body
        .wanted_at
        .as_ref()
        .and_then(|at| instant("hold.wanted_at", at, violations));
    let skus = skus("hold.skus", &body.skus, violations);
    let lines = lines("hold.lines", &body.lines, violations);
    let channel = channel("hold.channel", body.channel, violations);
    let method = method("hold.method", body.method, violations);
    let (order_id, hold_key) = (order_id?, hold_key?);
    Some((
        branch_id?,
        HoldRequest {
            order_id,
            hold_key,
            skus,
            wanted_at,
            test: body.test,
            lines,
            channel,
            method,
        },
    ))
}

/// Parses how much of each unit is requested; the same unit named twice is summed.
pub fn skus(
    field: &str,
    wanted: &[wire::SkuQuantity],
    violations: &mut Violations,
) -> BTreeMap<SkuId, i64> {
    if wanted.len() > MOST_SKUS {
        violations.push_with(field, CommonReason::ValidationFailed, [("max", MOST_SKUS)]);
    }
    let mut skus = BTreeMap::<SkuId, i64>::new();
    for (index, sku) in wanted.iter().take(MOST_SKUS).enumerate() {
        let field = format!("{field}[{index}]");
        if !(1..=stock::MOST_UNITS).contains(&sku.quantity) {
            let params = [("min", 1), ("max", stock::MOST_UNITS)];
            violations.push_with(
                format!("{field}.quantity"),
                CommonReason::ValidationFailed,
                params,
            );
        } else if let Some(sku_id) = id::parse(&format!("{field}.sku_id"), &sku.sku_id, violations)
        {
            *skus.entry(sku_id).or_default() += sku.quantity;
        }
    }
    skus
}

/// A hold on the wire.
pub fn hold(held: &Held) -> wire::Hold {
    let hold = &held.hold;
    wire::Hold {
        order_id: hold.order_id.to_string(),
        expires_at: Some(timestamp(hold.expires_at)),
        promised_at: Some(timestamp(hold.promised_at)),
        slot_starts_at: Some(timestamp(hold.slot_starts_at)),
        business_day: hold.business_day.to_string(),
        time_zone: held.tz.name().to_owned(),
        cutoff_minutes: held.cutoff_minutes.into(),
    }
}

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
            violations.push_with(
                format!("{field}.{name}"),
                CommonReason::ValidationFailed,
                params,
            );
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

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn a_unit_named_twice_is_summed_and_faults_are_all_named() {
        let sku = uuid::Uuid::from_u128(1).to_string();
        let units = |quantity| wire::SkuQuantity {
            sku_id: sku.clone(),
            quantity,
        };
        let mut body = wire::HoldRequest {
            order_id: sku.clone(),
            hold_key: sku.clone(),
            branch_id: sku.clone(),
            skus: vec![units(2), units(3)],
            ..Default::default()
        };
        let (_, read) = hold_request(&body, &mut Violations::new()).unwrap();
        assert_eq!(read.skus.into_values().collect::<Vec<_>>(), [5]);

        body.skus.push(units(0));
        body.branch_id.clear();
        // 2201-01-01T00:00:00Z.
        body.wanted_at = Some(Timestamp {
            seconds: 7_289_654_400,
            nanos: 0,
        });
        let mut violations = Violations::new();
        assert!(hold_request(&body, &mut violations).is_none());
        let fields = violations.into_result().unwrap_err().fields;
        let fields: Vec<_> = fields.iter().map(|found| found.field.as_str()).collect();
        assert_eq!(
            fields,
            ["hold.branch_id", "hold.wanted_at", "hold.skus[2].quantity"]
        );
    }

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
