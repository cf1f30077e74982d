//! SQL, a file an aggregate: the only place that knows tables.
//!
//! Every function takes the transaction it works in and fails with a `StoreError`. What changes
//! anything of a branch has locked it first ([`branches::lock`], [`branches::lock_of_orders`]).

pub mod branches;
pub mod holds;
pub mod hours;
pub mod limits;
pub mod pauses;
pub mod stock;
