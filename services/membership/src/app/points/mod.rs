//! Points.

pub mod holds;
pub mod orders;
