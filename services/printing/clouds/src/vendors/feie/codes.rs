//! Codes of replies, as far as public clients agree on them; what is not in the table stays unknown.

use crate::codes::{Class, Codes};

/// The order is not known.
pub(super) const NO_SUCH_ORDER: i64 = 1005;

pub(super) const CODES: &Codes = &[
    // "The account is not registered", or its signature.
    (-2..=-2, Class::Configuration),
    // Parameters.
    (1001..=1001, Class::Rejected),
];
