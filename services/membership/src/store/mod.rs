//! The only place that knows tables. Functions take the transaction, never the pool.

pub mod branches;
