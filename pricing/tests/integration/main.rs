//! The engine as its callers use it.

mod cases;
mod common;
mod conditions;
mod effects;
mod examples;
mod points;
mod properties;
mod rule_sets;
mod stacking;
