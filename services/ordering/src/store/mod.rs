//! The only place that knows tables. Functions take the tenant transaction, never the pool.

pub mod completed_days;
pub mod idempotency_keys;
mod json;
pub mod order_counters;
pub mod order_decisions;
pub mod order_events;
pub mod order_lines;
pub mod order_lists;
pub mod order_payments;
pub mod orders;
pub mod prepaying_phones;
pub mod refund_days;
pub mod refund_steps;
pub mod refunds;
pub mod reschedules;

use chassis::error::Problem;

/// A stored value that the domain does not know.
#[derive(Debug, thiserror::Error)]
#[error("inconsistent value in {table}.{column} of {key}")]
pub struct Inconsistent {
    table: &'static str,
    column: &'static str,
    key: String,
}

impl Inconsistent {
    fn new(table: &'static str, column: &'static str, key: impl ToString) -> Self {
        Self {
            table,
            column,
            key: key.to_string(),
        }
    }
}

impl From<Inconsistent> for Problem {
    fn from(error: Inconsistent) -> Self {
        Self::internal(error)
    }
}
