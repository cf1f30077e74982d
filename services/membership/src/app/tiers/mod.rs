//! Tiers.

pub mod change;
pub mod current;
pub mod named;
pub mod of_members;
pub mod orders;
pub mod programmes;
pub mod revoke;
pub mod rules;
pub mod run;
pub mod view;

#[cfg(test)]
mod tests;
