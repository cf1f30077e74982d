//! Collects everything wrong with a request, so that the caller learns it all at once.

use std::fmt::Display;

use super::{CommonReason, FieldProblem, Problem, Reason};

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
    pub fn push(&mut self, field: impl Into<String>, reason: impl Into<Reason>) {
        self.push_with(field, reason, std::iter::empty::<(String, String)>());
    }

    /// Notes a wrong field with data for its sentence.
    pub fn push_with<K: Into<String>, V: Display>(
        &mut self,
        field: impl Into<String>,
        reason: impl Into<Reason>,
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

    /// The parsed values when nothing was found, else as [`Self::into_result`].
    ///
    /// A parser gives `None` only with a violation, so no value is missing when nothing was found;
    /// should one be, that is a `VALIDATION_FAILED` too.
    pub fn finish<P: Parsed>(self, parsed: P) -> Result<P::Values, Problem> {
        self.into_result()?;
        parsed
            .values()
            .ok_or_else(|| Problem::new(CommonReason::ValidationFailed))
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
            CommonReason::ValidationFailed.into()
        };
        let mut problem = Problem::new(reason).message("the request is wrong in its fields");
        if let [only] = self.found.as_slice() {
            problem.params = only.params.clone();
        }
        problem.fields = self.found;
        Err(problem)
    }
}

/// One parsed value, or several.
pub trait Parsed {
    /// The values without their `Option`.
    type Values;

    /// The values, when all are there.
    fn values(self) -> Option<Self::Values>;
}

impl<T> Parsed for Option<T> {
    type Values = T;

    fn values(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($name:ident)+) => {
        impl<$($name),+> Parsed for ($(Option<$name>,)+) {
            type Values = ($($name,)+);

            #[expect(non_snake_case, reason = "the values are named as their types")]
            fn values(self) -> Option<Self::Values> {
                let ($($name,)+) = self;
                Some(($($name?,)+))
            }
        }
    };
}

parsed!(A B);
parsed!(A B C);
parsed!(A B C D);
parsed!(A B C D E);
parsed!(A B C D E F);

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
        violations.push("name", CommonReason::TextTooLong);
        violations.push_with("remark", CommonReason::TextTooLong, [("max", 100)]);
        let problem = violations.into_result().unwrap_err();
        assert_eq!(problem.reason, "TEXT_TOO_LONG");
        assert_eq!(problem.fields.len(), 2);
    }

    #[test]
    fn parsed_values_come_without_their_options() {
        let parsed = Violations::new().finish((Some(1), Some("a"))).unwrap();
        assert_eq!(parsed, (1, "a"));
        let mut violations = Violations::new();
        violations.push("name", CommonReason::TextTooLong);
        let problem = violations.finish((Some(1), None::<&str>)).unwrap_err();
        assert_eq!(problem.reason, "TEXT_TOO_LONG");
    }

    #[test]
    fn fields_that_differ_give_validation_failed() {
        let mut violations = Violations::new();
        violations.push("name", CommonReason::TextTooLong);
        violations.push("phone", CommonReason::PhoneInvalid);
        assert_eq!(
            violations.into_result().unwrap_err().reason,
            "VALIDATION_FAILED"
        );
    }
}
