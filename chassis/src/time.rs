//! Instants on the wire, bounded so that no date arithmetic on a caller's value can fail.

use chrono::{DateTime, Utc};
use prost_types::Timestamp;

use crate::error::{CommonReason, Violations};

/// 2200-12-31T23:59:59Z in seconds; no shop plans beyond.
const LAST_SECOND: i64 = 7_289_654_399;

/// An instant for the wire.
#[must_use]
pub fn to_wire(at: DateTime<Utc>) -> Timestamp {
    Timestamp {
        seconds: at.timestamp(),
        nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default(),
    }
}

/// An instant off the wire; `None` for one before 1970 or after 2200, or with impossible nanoseconds.
#[must_use]
pub fn from_wire(at: &Timestamp) -> Option<DateTime<Utc>> {
    let nanos = u32::try_from(at.nanos).ok()?;
    DateTime::from_timestamp(at.seconds, nanos).filter(|&at| is_bounded(at))
}

/// Whether an instant lies in 1970 to 2200.
#[must_use]
pub fn is_bounded(at: DateTime<Utc>) -> bool {
    (0..=LAST_SECOND).contains(&at.timestamp())
}

/// Parses an instant; one outside 1970 to 2200 is a `VALIDATION_FAILED` at `field`.
pub fn parse(field: &str, at: &Timestamp, violations: &mut Violations) -> Option<DateTime<Utc>> {
    let parsed = from_wire(at);
    if parsed.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    parsed
}

/// Parses an instant that may be left out: absent is `None` without a violation.
pub fn parse_optional(
    field: &str,
    at: Option<&Timestamp>,
    violations: &mut Violations,
) -> Option<DateTime<Utc>> {
    parse(field, at?, violations)
}

/// Parses an instant that must be there: absent is a `VALIDATION_FAILED` at `field` too.
pub fn parse_required(
    field: &str,
    at: Option<&Timestamp>,
    violations: &mut Violations,
) -> Option<DateTime<Utc>> {
    if at.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    parse_optional(field, at, violations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(seconds: i64, nanos: i32) -> Timestamp {
        Timestamp { seconds, nanos }
    }

    #[test]
    fn an_instant_survives_the_wire() {
        let at: DateTime<Utc> = "2026-09-02T04:00:00.123456789Z".parse().unwrap();
        assert_eq!(from_wire(&to_wire(at)), Some(at));
    }

    #[test]
    fn only_instants_from_1970_to_2200_are_read() {
        let last: DateTime<Utc> = "2200-12-31T23:59:59Z".parse().unwrap();
        assert_eq!(from_wire(&wire(LAST_SECOND, 0)), Some(last));
        let year_262142 = 8_210_266_876_799;
        for (seconds, nanos) in [
            (-1, 0),
            (LAST_SECOND + 1, 0),
            (year_262142, 0),
            (i64::MAX, 0),
            (i64::MIN, 0),
            (0, -1),
            (0, i32::MAX),
        ] {
            let mut violations = Violations::new();
            let read = parse("wanted_at", &wire(seconds, nanos), &mut violations);
            assert_eq!(read, None, "{seconds} {nanos}");
            assert_eq!(violations.len(), 1, "{seconds} {nanos}");
        }
    }

    #[test]
    fn what_may_be_left_out_is_no_violation_and_what_must_not_is() {
        let mut violations = Violations::new();
        assert_eq!(parse_optional("from", None, &mut violations), None);
        assert!(violations.is_empty());
        assert_eq!(parse_required("from", None, &mut violations), None);
        assert_eq!(violations.len(), 1);
    }
}
