//! Points.

pub mod adjustments;
pub mod bonuses;
pub mod expiry;
pub mod holds;
pub mod merge;
pub mod of_members;
pub mod orders;
pub mod posting;
pub mod programmes;
pub mod terms;
pub mod view;
pub mod weekdays;

#[cfg(test)]
mod tests;
