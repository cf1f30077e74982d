//! Why a call to a vendor gave no report.

/// What a call came to when it did not succeed.
///
/// No variant carries a key or a signature. `code` and `text` are the vendor's, cut to 200 characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The request may have been carried out: no answer, a broken one, or one that nobody can read. A
    /// job is never given again blindly.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// The vendor has taken a job with this key before: it may be on paper.
    #[error("a job with this key was taken before")]
    Duplicate,
    /// The request did not leave us, or was turned away before it was read. It may be repeated.
    #[error("the vendor cannot be reached: {0}")]
    Unreachable(String),
    /// The printer is off and the job was not taken.
    #[error("the printer is offline")]
    Offline,
    /// The vendor did not take it now: later, perhaps.
    #[error("not taken: {code} {text}")]
    NotTaken {
        /// The vendor's code.
        code: String,
        /// The vendor's text.
        text: String,
    },
    /// There is no such printer, it is another account's, or its key is another: a person has to act.
    #[error("the printer is not this account's: {code} {text}")]
    UnknownPrinter {
        /// The vendor's code.
        code: String,
        /// The vendor's text.
        text: String,
    },
    /// The account's user or key is wrong, or its address: a person has to act.
    #[error("configuration: {code} {text}")]
    Configuration {
        /// The vendor's code.
        code: String,
        /// The vendor's text.
        text: String,
    },
    /// The slip is larger than the vendor takes; it was not sent.
    #[error("the slip has {bytes} bytes, {most} are the most")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The vendor's limit.
        most: usize,
    },
    /// Our request was wrong: a fault of ours, alarmed.
    #[error("our request was refused: {code} {text}")]
    Rejected {
        /// The vendor's code.
        code: String,
        /// The vendor's text.
        text: String,
    },
}

impl CallError {
    /// A request that cannot be right, found before it was sent.
    pub(crate) fn invalid(what: &str) -> Self {
        Self::Rejected {
            code: "request".to_owned(),
            text: what.to_owned(),
        }
    }

    /// An answer that does not say what it must.
    pub(crate) fn unreadable(what: &str) -> Self {
        Self::Unknown(what.to_owned())
    }

    /// Whether a job may come out of the printer although the call failed.
    #[must_use]
    pub const fn may_print(&self) -> bool {
        matches!(self, Self::Unknown(_) | Self::Duplicate)
    }
}
