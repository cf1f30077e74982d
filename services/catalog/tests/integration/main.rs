//! Catalog against a real database and a real broker.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod audit;
mod brands;
mod common;
mod events;
mod files;
mod products;
mod publishing;
mod slugs;
mod tenancy;
