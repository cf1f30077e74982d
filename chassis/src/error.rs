//! A rejected request: a stable reason, the fields it concerns and the data for its sentence.
//!
//! Domain errors implement [`ToProblem`]; the servers turn a [`Problem`] into a [`tonic::Status`]
//! whose details carry everything, so that the gateway can pass it on unchanged.

mod code;
mod reason;
mod status;
mod violations;

use std::{collections::BTreeMap, fmt, fmt::Display};

pub use code::Code;
pub use proto::common::v1::CommonReason;
pub use reason::Reason;
pub(crate) use status::MAX_HEADER_BYTES;
pub use violations::{Parsed, Violations};

/// Why a request was rejected, as the caller may know it, and the cause for the log alone.
#[derive(Debug)]
pub struct Problem {
    /// Stable reason, such as `OUT_OF_STOCK`.
    pub reason: Reason,
    /// Every field that is wrong.
    pub fields: Vec<FieldProblem>,
    /// Data for the sentence the caller is shown.
    pub params: BTreeMap<String, String>,
    /// Developer-readable text; the web apps never show it.
    pub message: String,
    /// What went wrong inside; logged at the boundary and never sent.
    pub cause: Option<anyhow::Error>,
}

/// One problem at one field of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// Path as in the request, such as `lines[2].quantity`.
    pub field: String,
    /// Stable reason.
    pub reason: Reason,
    /// Data for the sentence.
    pub params: BTreeMap<String, String>,
}

/// Implemented by the errors of `domain` and `app`: which problem a variant is to the caller.
pub trait ToProblem: std::error::Error {
    /// The problem that the caller gets.
    fn to_problem(&self) -> Problem;
}

impl Problem {
    /// A problem with `reason` and nothing else yet.
    pub fn new(reason: impl Into<Reason>) -> Self {
        Self {
            reason: reason.into(),
            fields: Vec::new(),
            params: BTreeMap::new(),
            message: String::new(),
            cause: None,
        }
    }

    /// `NOT_FOUND` for the thing called `what`; rows of another organisation look the same.
    pub fn not_found(what: &str) -> Self {
        Self::new(CommonReason::NotFound)
            .message(format!("no such {what}"))
            .param("what", what)
    }

    /// A failure of the platform: the caller learns nothing but that it happened.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(CommonReason::Internal)
        }
    }

    /// A panic while something was handled; its text is for the log.
    pub fn from_panic(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("without a text");
        Self::internal(anyhow::anyhow!("it panicked: {text}"))
    }

    /// The thing was changed since the caller read it: `expected` is the version the caller sent,
    /// `actual` the stored one.
    pub fn version_conflict(expected: i64, actual: i64) -> Self {
        Self::new(CommonReason::VersionConflict)
            .message(format!("read at version {expected} and at {actual} now"))
            .param("expected", expected)
            .param("actual", actual)
    }

    /// A peer or store is unavailable: the caller may try again.
    pub fn unavailable(cause: impl Into<anyhow::Error>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(CommonReason::TemporarilyUnavailable)
        }
    }

    /// Sets the developer-readable text.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Adds data for the sentence.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.params.insert(name.into(), value.to_string());
        self
    }

    /// Adds a wrong field.
    #[must_use]
    pub fn field(self, field: impl Into<String>, reason: impl Into<Reason>) -> Self {
        self.field_with(field, reason, std::iter::empty::<(String, String)>())
    }

    /// Adds a wrong field with data for its sentence.
    #[must_use]
    pub fn field_with<K: Into<String>, V: Display>(
        mut self,
        field: impl Into<String>,
        reason: impl Into<Reason>,
        params: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.fields.push(FieldProblem::new(field, reason, params));
        self
    }

    /// Class of the problem, which decides the status codes.
    pub fn code(&self) -> Code {
        self.reason.code()
    }

    /// Whether this is its reason.
    pub fn is(&self, reason: impl Into<Reason>) -> bool {
        self.reason == reason.into()
    }
}

impl FieldProblem {
    /// A problem at `field` with data for its sentence.
    pub fn new<K: Into<String>, V: Display>(
        field: impl Into<String>,
        reason: impl Into<Reason>,
        params: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let params = params
            .into_iter()
            .map(|(name, value)| (name.into(), value.to_string()));
        Self {
            field: field.into(),
            reason: reason.into(),
            params: params.collect(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        for problem in &self.fields {
            write!(f, " [{}: {}]", problem.field, problem.reason)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause
            .as_ref()
            .map(|cause| &**cause as &(dyn std::error::Error + 'static))
    }
}

impl From<anyhow::Error> for Problem {
    /// A problem that travelled inside an `anyhow::Error` comes out as it was.
    fn from(error: anyhow::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(Self::internal)
    }
}

/// Rejects a change that was made from another version than the stored one.
pub fn check_version(expected: i64, actual: i64) -> Result<(), Problem> {
    if expected == actual {
        Ok(())
    } else {
        Err(Problem::version_conflict(expected, actual))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::capacity::v1::CapacityReason;

    #[test]
    fn a_problem_inside_anyhow_comes_out_as_it_was() {
        let inside = anyhow::Error::from(Problem::new(CapacityReason::OutOfStock).param("left", 2));
        let problem = Problem::from(inside);
        assert_eq!(problem.reason, "OUT_OF_STOCK");
        assert_eq!(problem.params["left"], "2");
    }

    #[test]
    fn the_text_names_reason_and_fields() {
        let problem = Problem::new(CommonReason::ValidationFailed)
            .message("the cart is wrong")
            .field("lines[0].quantity", CommonReason::AmountOutOfRange);
        let text = problem.to_string();
        assert_eq!(
            text,
            "VALIDATION_FAILED: the cart is wrong [lines[0].quantity: AMOUNT_OUT_OF_RANGE]"
        );
    }
}
