//! Why a call to a provider gave no report.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// What a call came to when it did not succeed.
///
/// No variant carries a key, a token or a signed text. `code` and `text` are the provider's, cut to
/// 200 characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The request may have been carried out: no answer, a broken one, or an internal error. Only a
    /// query can show; it is never repeated blindly.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// The request did not leave us: no connection. It may be repeated.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    /// The provider or the bank refused the payment; the customer may try another way.
    #[error("declined: {code} {text}")]
    Declined {
        /// The provider's code.
        code: String,
        /// The provider's text.
        text: String,
    },
    /// The reference exists there already: query it.
    #[error("the reference exists already")]
    Duplicate,
    /// The state there does not allow it: query it.
    #[error("the state does not allow it: {code} {text}")]
    WrongState {
        /// The provider's code.
        code: String,
        /// The provider's text.
        text: String,
    },
    /// The refund is refused for good: too old, too much, only as a whole.
    #[error("the refund is refused: {code} {text}")]
    RefundRefused {
        /// The provider's code.
        code: String,
        /// The provider's text.
        text: String,
    },
    /// The merchant's balance at the provider is short: later.
    #[error("the merchant's balance is short: {code}")]
    BalanceShort {
        /// The provider's code.
        code: String,
    },
    /// Keys, merchant, permissions, clock or addresses are wrong: a person has to act.
    #[error("configuration: {code} {text}")]
    Configuration {
        /// The provider's code.
        code: String,
        /// The provider's text.
        text: String,
    },
    /// Too many calls; none for this account before the wait is over.
    #[error("too many calls; wait {wait:?}")]
    RateLimited {
        /// How long, as the provider documents it.
        wait: Duration,
    },
    /// The provider takes no such call before this instant, so none was made.
    #[error("no such call before {until}")]
    NotYet {
        /// When it may be made.
        until: DateTime<Utc>,
    },
    /// Our request was wrong: a fault of ours, alarmed.
    #[error("our request was refused: {code} {text}")]
    Rejected {
        /// The provider's code.
        code: String,
        /// The provider's text.
        text: String,
    },
    /// This provider has no such call.
    #[error("the provider does not offer this")]
    Unsupported,
}

impl CallError {
    /// A request that cannot be put on the wire, such as a header with a line break in it.
    pub(crate) fn unsendable() -> Self {
        Self::Rejected {
            code: "request".to_owned(),
            text: "the request cannot be written".to_owned(),
        }
    }

    /// Whether money may have moved although the call failed.
    #[must_use]
    pub const fn may_have_happened(&self) -> bool {
        matches!(
            self,
            Self::Unknown(_) | Self::Duplicate | Self::WrongState { .. }
        )
    }
}
