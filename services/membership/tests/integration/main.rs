//! The whole service on PostgreSQL, Redis and RabbitMQ.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod rule_shop;
mod coupons;
mod holds;
mod promo_codes;
mod promotions;
mod rule_tenancy;
