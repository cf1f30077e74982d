//! Staff against a real database and a real Redis.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod accounts;
mod audit;
mod common;
mod sessions;
mod sign_in;
