//! Events from the transaction that publishes them to the one that applies them, on real servers.

pub mod bench;
mod fill;
mod inbox;
mod outbox;
mod owner;
mod service;
mod unrouted;
