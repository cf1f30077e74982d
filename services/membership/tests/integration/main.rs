//! The whole service on PostgreSQL, Redis and RabbitMQ.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod points;
mod points_shop;
mod tags;
mod tiers;
