//! The only place that knows tables. Functions take the transaction, never the pool.

pub mod addresses;
pub mod branches;
pub mod codes;
pub mod consents;
pub mod duplicates;
pub mod exports;
pub mod line;
pub mod member_list;
pub mod member_orders;
pub mod members;
pub mod merges;
pub mod notes;
pub mod sessions;
