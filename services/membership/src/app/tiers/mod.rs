//! Tiers.

pub mod current;
pub mod orders;
pub mod rules;
