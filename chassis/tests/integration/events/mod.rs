//! Events from the transaction that publishes them to the one that applies them, on real servers.

mod bench;
mod inbox;
mod outbox;
mod service;
