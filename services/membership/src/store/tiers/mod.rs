//! Programmes of tiers and the tiers of members.

pub mod members;
pub mod programmes;
