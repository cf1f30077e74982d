//! SQL, a file an aggregate: the only place that knows tables.
//!
//! Every function takes the transaction it works in. What changes anything of a branch has
//! locked it first ([`branches::lock`], [`branches::lock_of_orders`]).

pub mod branches;
pub mod holds;
pub mod hours;
pub mod limits;
pub mod pauses;
pub mod stock;

/// A stored value that cannot be; names the table, column and key.
#[derive(Debug, thiserror::Error)]
#[error("inconsistent {table}.{column} at {key}: {value}")]
pub struct Inconsistent {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// Key of the row.
    pub key: String,
    /// What is stored.
    pub value: String,
}
