//! Collects everything wrong with a request, so that the caller learns it all at once.

use std::{borrow::Cow, fmt::Display};

use super::{FieldProblem, Problem};

/// The wrong fields found so far.
#[derive(Debug, Default)]
pub struct Violations {
    found: Vec<FieldProblem>,
}

impl Violations {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a wrong field.
    pub fn push(&mut self, field: impl Into<String>, reason: impl Into<Cow<'static, str>>) {
        self.push_with(field, reason, std::iter::empty::<(String, String)>());
    }

    /// Notes a wrong field with data for its sentence.
    pub fn push_with<K: Into<String>, V: Display>(
        &mut self,
        field: impl Into<String>,
        reason: impl Into<Cow<'static, str>>,
        params: impl IntoIterator<Item = (K, V)>,
    ) {
        self.found.push(FieldProblem::new(field, reason, params));
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many wrong fields were found so far.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Refuses when anything was found, with the reason all fields share, else `VALIDATION_FAILED`.
    pub fn into_result(self) -> Result<(), Problem> {
        let Some(first) = self.found.first() else {
            return Ok(());
        };
        let shared = self
            .found
            .iter()
            .all(|problem| problem.reason == first.reason);
        let reason = if shared {
            first.reason.clone()
        } else {
            "VALIDATION_FAILED".into()
        };
        let mut problem = Problem::new(reason).message("the request is wrong in its fields");
        if let [only] = self.found.as_slice() {
            problem.params = only.params.clone();
        }
        problem.fields = self.found;
        Err(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_found_is_fine() {
        assert!(Violations::new().into_result().is_ok());
    }

    #[test]
    fn fields_that_agree_give_their_reason() {
        let mut violations = Violations::new();
        violations.push("name", "TEXT_TOO_LONG");
        violations.push_with("remark", "TEXT_TOO_LONG", [("max", 100)]);
        let problem = violations.into_result().unwrap_err();
        assert_eq!(problem.reason, "TEXT_TOO_LONG");
        assert_eq!(problem.fields.len(), 2);
    }

    #[test]
    fn fields_that_differ_give_validation_failed() {
        let mut violations = Violations::new();
        violations.push("name", "TEXT_TOO_LONG");
        violations.push("phone", "PHONE_INVALID");
        assert_eq!(
            violations.into_result().unwrap_err().reason,
            "VALIDATION_FAILED"
        );
    }
}
