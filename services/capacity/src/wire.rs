//! Values of the domain in messages, for several services and events.

use chassis::{
    business_day::BusinessDay,
    error::{CommonReason, Violations},
    id, request,
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};
use prost_types::Timestamp;
use proto::capacity::v1 as wire;

use crate::domain::{
    hours::affected_orders::Action,
    local_time::{is_of_business, parse_date},
};

/// An instant on the wire.
pub fn timestamp(at: DateTime<Utc>) -> Timestamp {
    let nanos = i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default();
    Timestamp {
        seconds: at.timestamp(),
        nanos,
    }
}

/// Reads an instant; one before 1970 or after 2200 is noted at `field`.
pub fn instant(field: &str, at: &Timestamp, violations: &mut Violations) -> Option<DateTime<Utc>> {
    let nanos = u32::try_from(at.nanos).ok();
    let instant = nanos.and_then(|nanos| DateTime::from_timestamp(at.seconds, nanos));
    // What lies outside is no time of an order and breaks date arithmetic.
    let sane = instant.filter(|at| is_of_business(at.date_naive()));
    if sane.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    sane
}

/// Reads a business day that may be left out; one before 1970 or after 2200 is noted at `field`.
pub fn day(field: &str, day: &str, violations: &mut Violations) -> Option<BusinessDay> {
    if day.is_empty() {
        return None;
    }
    let parsed = parse_date(day).map(BusinessDay::on);
    if parsed.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    parsed
}

/// A text on the wire that is absent where it is empty.
pub fn named(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
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

pub fn at_most<T>(field: &str, given: &[T], most: usize, violations: &mut Violations) {
    if given.len() > most {
        let params = [("max", most), ("given", given.len())];
        violations.push_with(field, CommonReason::ValidationFailed, params);
    }
}

/// Parses a channel; left out, it is the brand's own storefront.
pub fn channel(field: &str, number: i32, violations: &mut Violations) -> Channel {
    request::optional_choice(field, number, violations).unwrap_or_default()
}

/// Parses a method; left out, it is 自取.
pub fn method(field: &str, number: i32, violations: &mut Violations) -> Method {
    request::optional_choice(field, number, violations).unwrap_or_default()
}

/// An action on the wire, with the slot where it has one.
pub fn wire_action(action: Action) -> (wire::Decision, Option<prost_types::Timestamp>) {
    match action {
        Action::Cancel => (wire::Decision::Cancel, None),
        Action::Reschedule(wanted_at) => (wire::Decision::Reschedule, Some(timestamp(wanted_at))),
        Action::RescheduleNext => (wire::Decision::RescheduleNext, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_and_instants_from_1970_to_2200_are_read() {
        let days = [
            ("1970-01-01", true),
            ("2200-12-31", true),
            ("2201-01-01", false),
            ("1969-12-31", false),
            ("-262143-01-01", false),
            ("+262142-12-31", false),
            ("2026-9-2", false),
        ];
        for (raw, fine) in days {
            let mut violations = Violations::new();
            let read = day("business_day", raw, &mut violations);
            assert_eq!(
                (read.is_some(), violations.is_empty()),
                (fine, fine),
                "{raw}"
            );
        }
        let instants = [
            (0, true),
            (7_289_654_399, true),
            (7_289_654_400, false),
            (-1, false),
            (8_210_266_876_799, false),
            (i64::MAX, false),
            (i64::MIN, false),
        ];
        for (seconds, fine) in instants {
            let at = Timestamp { seconds, nanos: 0 };
            let read = instant("wanted_at", &at, &mut Violations::new());
            assert_eq!(read.is_some(), fine, "{seconds}");
        }
    }
}
