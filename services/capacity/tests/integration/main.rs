//! Capacity against a real database and a real broker.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod audit;
mod clock_changes;
mod common;
mod expiry;
mod fill;
mod holds;
mod hours;
mod hours_versions;
mod limit_settings;
mod limits;
mod model;
mod on_day_stock;
mod open_states;
mod orders;
mod pauses;
mod recipes;
mod rescheduling;
mod same_order;
mod special_days;
mod stock;
mod stock_file;
mod tenancy;
mod tenancy_of_limits;
mod tenancy_of_stock;
mod transfers;
mod upkeep;
