//! The engine as its callers use it.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod cases;
mod common;
mod conditions;
mod effects;
mod examples;
mod places;
mod points;
mod properties;
mod rule_sets;
mod stacking;
