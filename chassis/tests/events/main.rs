//! Events from the transaction that publishes them to the one that applies them, on real servers.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod bench;
mod inbox;
mod outbox;
mod service;
