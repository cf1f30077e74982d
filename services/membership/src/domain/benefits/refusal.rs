//! Why a code, a coupon or a rule cannot be used.

use std::fmt::Display;

use chassis::{
    error::{FieldProblem, Reason},
    id::OrderId,
};

/// A reason with the data for its sentence, before it is known at which field it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// Data for its sentence.
    pub params: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal without data.
    pub fn new(reason: impl Into<Reason>) -> Self {
        Self {
            reason: reason.into(),
            params: Vec::new(),
        }
    }

    /// Adds data for the sentence.
    #[must_use]
    pub fn param(mut self, name: &'static str, value: impl Display) -> Self {
        self.params.push((name, value.to_string()));
        self
    }

    /// Names the customer's own open order that has taken what is missing.
    #[must_use]
    pub fn held_by(self, order: Option<OrderId>) -> Self {
        match order {
            Some(order) => self.param("order_id", order),
            None => self,
        }
    }

    /// The refusal at a field.
    pub fn at(self, field: impl Into<String>) -> FieldProblem {
        FieldProblem::new(field, self.reason, self.params)
    }
}
