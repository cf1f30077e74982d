//! Tiers.

pub mod current;
pub mod orders;
