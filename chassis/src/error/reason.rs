//! The reason of a problem, of whichever package.

use std::{borrow::Cow, fmt, ops::Deref};

use proto::{ProblemReason, common::v1::CommonReason};

use super::Code;

/// A stable reason with its class. It is made from a package's generated enum, or read off
/// the wire.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reason {
    word: Cow<'static, str>,
    code: Code,
}

impl Reason {
    /// A reason off the wire. One that no package of this build declares, for its sender is newer,
    /// has the class that `code` says.
    pub(super) fn from_wire(word: String, code: tonic::Code) -> Self {
        match proto::find_reason(&word) {
            Some((word, class)) => Self {
                word: word.into(),
                code: class.into(),
            },
            None => Self {
                word: word.into(),
                code: Self::from(of_status(code)).code,
            },
        }
    }

    /// A reason that was stored by its word. One that no package declares any more is a failure of the
    /// platform.
    pub fn from_word(word: &str) -> Self {
        Self::from_wire(word.to_owned(), tonic::Code::Internal)
    }

    /// The reason as it is sent, such as `OUT_OF_STOCK`.
    pub fn as_str(&self) -> &str {
        &self.word
    }

    /// Its class.
    pub fn code(&self) -> Code {
        self.code
    }
}

/// What a status means that carries no reason: its sender is a library, a proxy or the network.
pub(super) fn of_status(code: tonic::Code) -> CommonReason {
    match code {
        tonic::Code::InvalidArgument => CommonReason::ValidationFailed,
        // A message larger than its reader takes.
        tonic::Code::OutOfRange => CommonReason::FileTooLarge,
        tonic::Code::Unauthenticated => CommonReason::Unauthenticated,
        tonic::Code::PermissionDenied => CommonReason::PermissionDenied,
        tonic::Code::NotFound => CommonReason::NotFound,
        tonic::Code::Unavailable | tonic::Code::ResourceExhausted => {
            CommonReason::TemporarilyUnavailable
        }
        tonic::Code::DeadlineExceeded | tonic::Code::Cancelled => CommonReason::DeadlineExceeded,
        _ => CommonReason::Internal,
    }
}

impl<R: ProblemReason> From<R> for Reason {
    fn from(reason: R) -> Self {
        Self {
            word: reason.word().into(),
            code: reason.status_class().into(),
        }
    }
}

impl Deref for Reason {
    type Target = str;

    fn deref(&self) -> &str {
        &self.word
    }
}

impl AsRef<str> for Reason {
    fn as_ref(&self) -> &str {
        &self.word
    }
}

impl PartialEq<str> for Reason {
    fn eq(&self, other: &str) -> bool {
        self.word == other
    }
}

impl PartialEq<&str> for Reason {
    fn eq(&self, other: &&str) -> bool {
        self.word == *other
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word)
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.word.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_the_class_they_declare() {
        for (word, http) in [
            ("TEXT_TOO_LONG", 400),
            ("LOGIN_FAILED", 401),
            ("OUT_OF_SCOPE", 403),
            ("ITEM_NOT_FOUND", 404),
            ("HTTP_METHOD_NOT_ALLOWED", 405),
            ("REQUEST_TIMEOUT", 408),
            ("OUT_OF_STOCK", 409),
            ("QUOTE_EXPIRED", 410),
            ("FILE_TOO_LARGE", 413),
            ("FILE_TYPE", 415),
            ("OPTION_RULE", 422),
            ("RATE_LIMITED", 429),
            ("INTERNAL", 500),
            ("TEMPORARILY_UNAVAILABLE", 503),
            ("DEADLINE_EXCEEDED", 504),
        ] {
            let reason = Reason::from_wire(word.to_owned(), tonic::Code::Unknown);
            assert_eq!(reason.code().http(), http, "{word}");
        }
    }

    #[test]
    fn a_reason_of_a_newer_peer_has_the_class_of_its_status() {
        let reason = Reason::from_wire("NOT_INVENTED_YET".to_owned(), tonic::Code::NotFound);
        assert_eq!(reason, "NOT_INVENTED_YET");
        assert_eq!(reason.code(), Code::NotFound);
    }

    #[test]
    fn a_generated_reason_is_sent_without_its_prefix() {
        let reason = Reason::from(proto::capacity::v1::CapacityReason::OutOfStock);
        assert_eq!(reason, "OUT_OF_STOCK");
        assert_eq!(reason.code(), Code::Conflict);
    }
}
