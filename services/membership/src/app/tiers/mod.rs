//! Tiers.

pub mod current;
pub mod of_members;
pub mod orders;
