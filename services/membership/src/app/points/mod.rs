//! Points.

pub mod holds;
pub mod orders;
pub mod terms;
