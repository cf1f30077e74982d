//! What a vendor's code means, as data: each vendor has a table, and one function makes errors.

use std::ops::RangeInclusive;

use crate::CallError;

/// What a code means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// A job with this key was taken before.
    Duplicate,
    /// The printer is off.
    Offline,
    /// Not taken now.
    NotTaken,
    /// No such printer, or another account's.
    UnknownPrinter,
    /// User or key.
    Configuration,
    /// A fault of ours.
    Rejected,
}

/// Codes and what they mean. A code that is not in the table may mean anything.
pub(crate) type Codes = [(RangeInclusive<i64>, Class)];

/// The error of a code with the vendor's own text.
pub(crate) fn error(codes: &Codes, code: i64, text: &str) -> CallError {
    let class = codes
        .iter()
        .find(|(range, _)| range.contains(&code))
        .map(|(_, class)| *class);
    let (code, text) = (code.to_string(), excerpt(text));
    match class {
        None => CallError::Unknown(format!("{code} {text}")),
        Some(Class::Duplicate) => CallError::Duplicate,
        Some(Class::Offline) => CallError::Offline,
        Some(Class::NotTaken) => CallError::NotTaken { code, text },
        Some(Class::UnknownPrinter) => CallError::UnknownPrinter { code, text },
        Some(Class::Configuration) => CallError::Configuration { code, text },
        Some(Class::Rejected) => CallError::Rejected { code, text },
    }
}

/// Text of a vendor for an error: at most 200 characters, without control characters.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect()
}
