//! The whole gateway over HTTP, before services that answer what a test asks.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod addresses;
mod assets;
mod availability;
mod bodies;
mod brand_page;
mod catalogue;
mod common;
mod connections;
mod csrf;
mod events;
mod hours;
mod limits;
mod members;
mod menu;
mod openapi;
mod pauses;
mod pay_order;
mod payments;
mod problems;
mod rate_limit;
mod reauthentication;
mod settlements;
mod slots;
mod stock;
mod test_orders;
mod transcoded;
