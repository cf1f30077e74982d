//! Tags.

pub mod automatic;
pub mod batches;
pub mod change;
pub mod merge;
pub mod of_member;
pub mod of_members;
pub mod usage;
