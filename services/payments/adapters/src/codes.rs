//! What a provider's code means, as data: each provider has a table, and one function makes errors.

use std::ops::RangeInclusive;

use crate::{CallError, wire::excerpt};

/// What a code means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Says nothing about the outcome: ask.
    Unknown,
    /// The customer or the bank refused.
    Declined,
    /// The reference exists already.
    Duplicate,
    /// The state there does not allow the call.
    WrongState,
    /// The refund is refused for good.
    RefundRefused,
    /// The merchant's balance is short.
    BalanceShort,
    /// Keys, merchant or contract.
    Configuration,
    /// A fault of ours.
    Rejected,
}

/// Codes and what they mean.
pub(crate) type Codes = [(RangeInclusive<u32>, Class)];

/// The class of `code`. A code that is not in the table may mean anything.
pub(crate) fn class(codes: &Codes, code: &str) -> Class {
    let Ok(number) = code.parse::<u32>() else {
        return Class::Unknown;
    };
    codes
        .iter()
        .find(|(range, _)| range.contains(&number))
        .map_or(Class::Unknown, |(_, class)| *class)
}

impl Class {
    /// The error of this class with the provider's own code and text.
    pub(crate) fn error(self, code: &str, text: &str) -> CallError {
        let (code, text) = (excerpt(code), excerpt(text));
        match self {
            Self::Unknown => CallError::Unknown(format!("{code} {text}")),
            Self::Declined => CallError::Declined { code, text },
            Self::Duplicate => CallError::Duplicate,
            Self::WrongState => CallError::WrongState { code, text },
            Self::RefundRefused => CallError::RefundRefused { code, text },
            Self::BalanceShort => CallError::BalanceShort { code },
            Self::Configuration => CallError::Configuration { code, text },
            Self::Rejected => CallError::Rejected { code, text },
        }
    }
}

/// A request that cannot be right, found before it is sent.
pub(crate) fn invalid(what: &'static str) -> CallError {
    CallError::Rejected {
        code: "request".to_owned(),
        text: what.to_owned(),
    }
}

/// An answer that does not say what it must.
pub(crate) fn unreadable(what: &'static str) -> CallError {
    CallError::Unknown(what.to_owned())
}
