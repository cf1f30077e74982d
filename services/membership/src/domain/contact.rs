//! What people enter about themselves.

use chassis::{
    error::{CommonReason, Violations},
    text,
};
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use proto::membership::v1::MembershipReason;

const LONGEST_EMAIL: usize = 254;
const FIRST_YEAR: i32 = 1900;
/// The clock of members: Asia/Taipei, which has no summer time.
const TAIPEI: TimeDelta = TimeDelta::hours(8);

/// The date in Taipei.
#[must_use]
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    (now + TAIPEI).date_naive()
}

/// A name of at most 30 characters.
pub fn name(field: &str, raw: &str, violations: &mut Violations) -> String {
    text::bounded(field, raw, 0..=30, violations)
}

/// A birthday, YYYY-MM-DD from 1900 to today; empty for none. Else `BIRTHDAY_INVALID`.
pub fn birthday(
    field: &str,
    raw: &str,
    now: DateTime<Utc>,
    violations: &mut Violations,
) -> Option<NaiveDate> {
    if raw.is_empty() {
        return None;
    }
    let parsed = NaiveDate::parse_from_str(raw, "%Y-%m-%d").ok();
    // Only the canonical form: no sign, no missing digits.
    let parsed = parsed
        .filter(|date| date.to_string() == raw && date.year() >= FIRST_YEAR && *date <= today(now));
    if parsed.is_none() {
        violations.push(field, MembershipReason::BirthdayInvalid);
    }
    parsed
}

/// An e-mail; empty for none.
pub fn email(field: &str, raw: &str, violations: &mut Violations) -> Option<String> {
    let email = text::typed(raw);
    if email.is_empty() {
        return None;
    }
    if email.len() > LONGEST_EMAIL {
        let params = [("max", LONGEST_EMAIL)];
        violations.push_with(field, CommonReason::TextTooLong, params);
    } else if !is_email(&email) {
        violations.push(field, CommonReason::ValidationFailed);
    }
    Some(email)
}

/// One `@` with something before it and a dotted name behind it; whether it exists only a message shows.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let is_visible = |c: char| !c.is_whitespace() && !c.is_control();
    let labels: Vec<&str> = domain.split('.').collect();
    !local.is_empty()
        && local.chars().all(is_visible)
        && labels.len() >= 2
        && labels.iter().all(|label| {
            let is_part = |c: char| c.is_alphanumeric() || c == '-';
            !label.is_empty() && label.chars().all(is_part)
        })
}

/// An address that staff or a member saves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Label.
    pub label: String,
    /// Postal code.
    pub postal_code: String,
    /// City or county.
    pub city: String,
    /// District.
    pub district: String,
    /// Street and number.
    pub street: String,
    /// Remark for the courier.
    pub note: String,
    /// It is offered first.
    pub preferred: bool,
}

/// A postal code of 3, 5 or 6 digits; empty for none.
pub fn postal_code(field: &str, raw: &str, violations: &mut Violations) -> String {
    let code = text::folded(raw);
    let is_code = matches!(code.len(), 0 | 3 | 5 | 6) && code.bytes().all(|b| b.is_ascii_digit());
    if !is_code {
        violations.push(field, CommonReason::ValidationFailed);
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason<T>(parse: impl FnOnce(&mut Violations) -> T) -> Option<String> {
        let mut violations = Violations::new();
        parse(&mut violations);
        let refused = violations.into_result().err()?;
        Some(refused.reason.to_string())
    }

    #[test]
    fn a_birthday_lies_between_1900_and_today_in_taipei() {
        // 2026-09-02 00:30 in Taipei.
        let now = "2026-09-01T16:30:00Z".parse().unwrap();
        let check = |raw: &str| reason(|found| birthday("birthday", raw, now, found));
        for raw in ["", "1900-01-01", "2000-02-29", "2026-09-02"] {
            assert_eq!(check(raw), None, "{raw}");
        }
        for raw in [
            "1899-12-31",
            "2026-09-03",
            "2001-02-29",
            "2000-1-1",
            "+2000-01-01",
            "x",
        ] {
            assert_eq!(check(raw).as_deref(), Some("BIRTHDAY_INVALID"), "{raw}");
        }
    }

    #[test]
    fn an_email_has_one_at_and_a_domain() {
        for raw in ["", "a@example.com", "王@例.tw", " a.b+c@x-y.example "] {
            assert_eq!(reason(|found| email("email", raw, found)), None, "{raw}");
        }
        for raw in ["a", "@x.tw", "a@x", "a@x..tw", "a b@x.tw", "a@b@x.tw"] {
            let found = reason(|found| email("email", raw, found));
            assert_eq!(found.as_deref(), Some("VALIDATION_FAILED"), "{raw}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        let found = reason(|found| email("email", &long, found));
        assert_eq!(found.as_deref(), Some("TEXT_TOO_LONG"));
    }

    #[test]
    fn a_postal_code_has_three_five_or_six_digits() {
        for (raw, wrong) in [
            ("", false),
            ("１０６", false),
            ("106409", false),
            ("1064", true),
            ("abc", true),
        ] {
            let found = reason(|found| postal_code("postal_code", raw, found));
            assert_eq!(found.is_some(), wrong, "{raw}");
        }
    }
}
