//! The chassis as services use it, against real servers.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod authorisation;
mod calls;
mod events;
mod idempotency;
mod service;
mod telemetry;
mod tenancy;
