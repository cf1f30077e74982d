//! Products from a file: read the table, parse each row, plan what the rows do to the catalogue.
//!
//! All of it is pure; a dry run stops after the plan and an import writes exactly the plan.

pub mod cells;
pub mod columns;
pub mod plan;
pub mod row;
pub mod table;
pub mod variants;

use chassis::error::Reason;

/// A bad cell of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellProblem {
    /// Line in the file, from 1.
    pub line: u64,
    /// Column.
    pub column: String,
    /// Stable reason.
    pub reason: Reason,
    /// The cell, at most 60 characters.
    pub value: String,
}

impl CellProblem {
    /// A problem of the cell in `column` on `line`, which reads `value`.
    #[must_use]
    pub fn new(line: u64, column: &str, reason: impl Into<Reason>, value: &str) -> Self {
        Self {
            line,
            column: column.to_owned(),
            reason: reason.into(),
            value: value.chars().take(60).collect(),
        }
    }
}
