//! Points.

pub mod holds;
pub mod merge;
pub mod of_members;
pub mod orders;
