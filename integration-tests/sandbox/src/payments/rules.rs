//! Checks that several providers make on what they are sent.

use chrono::{NaiveDateTime, TimeDelta};

use crate::{clock::Instant, fields::Fields};

/// A field of a request: its name, its greatest length, and whether it must be there.
pub struct Field(pub &'static str, pub usize, pub bool);

/// What is wrong with `fields`, in words; lengths are counted in characters.
pub fn check_fields(fields: &Fields, rules: &[Field]) -> Vec<String> {
    let mut wrong = Vec::new();
    for Field(name, longest, required) in rules {
        match fields.get(name) {
            None | Some("") if *required => wrong.push(format!("{name} is missing")),
            Some(value) if value.chars().count() > *longest => {
                wrong.push(format!("{name} is longer than {longest}"));
            }
            _ => {}
        }
    }
    if let Some(name) = fields.repeated() {
        wrong.push(format!("{name} comes twice"));
    }
    wrong
}

/// `[A-Za-z0-9]` and the characters of `also`, between 1 and `longest` of them.
pub fn plain_reference(text: &str, longest: usize, also: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || also.contains(c);
    !text.is_empty() && text.len() <= longest && text.chars().all(plain)
}

/// An address that a provider could call: absolute, `http(s)`, without what shells read.
pub fn callable_url(text: &str) -> bool {
    let scheme = url::Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
    scheme && text.is_ascii() && !text.contains([';', '|', '`'])
}

/// Whether `seconds` of the epoch are within `window` of `now`.
pub fn within(now: Instant, seconds: Option<i64>, window: TimeDelta) -> bool {
    seconds.is_some_and(|seconds| (now.timestamp() - seconds).abs() <= window.num_seconds())
}

pub fn is_local_time(text: &str, format: &str) -> bool {
    NaiveDateTime::parse_from_str(text, format).is_ok()
}
