//! Tiers: rules, what counts for them, and who has which.

pub mod judging;
pub mod rules;
