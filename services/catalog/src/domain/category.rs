//! Categories.

use std::ops::RangeInclusive;

use chassis::{
    error::{CommonReason, Violations},
    id::CategoryId,
    text,
};

/// How long a name may be, in grapheme clusters.
pub const NAME_LENGTH: RangeInclusive<usize> = 1..=60;

/// A category of a brand's catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Id.
    pub id: CategoryId,
    /// Name, unique in the brand.
    pub name: String,
    /// Place among the brand's categories.
    pub position: i32,
    /// Version for the next change.
    pub version: i64,
}

/// Reads the name of a category.
pub fn parse_name(field: &str, raw: &str, violations: &mut Violations) -> String {
    text::bounded(field, raw, NAME_LENGTH, violations)
}

/// Reads a place in a list, from 0; a place past the end means the end.
pub fn parse_position(field: &str, raw: i32, violations: &mut Violations) -> i32 {
    if raw < 0 {
        violations.push_with(field, CommonReason::ValidationFailed, [("min", 0)]);
    }
    raw.max(0)
}
