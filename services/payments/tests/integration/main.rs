//! The whole service on PostgreSQL, Redis and RabbitMQ: with a scripted provider, and with the real
//! adapters against the sandbox of their providers.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod accounts;
mod attempts;
mod callbacks;
mod common;
mod ledger;
mod methods;
mod order_events;
mod providers;
mod queries;
mod refunds;
mod settlements;
mod tenancy;
