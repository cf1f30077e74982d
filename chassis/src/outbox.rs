//! Events are published inside the transaction that made them true, and reach the bus after it.
//!
//! The chassis has no database of its own to check queries against, so it uses sqlx's runtime
//! functions here and in the inbox; services use the checked macros.

mod event;
mod message;
mod publisher;
mod relay;
mod relay_notify;
mod row;
mod unrouted;

pub(crate) use event::publish_if_changed;
pub use event::{Event, publish};
pub(crate) use message::Envelope;
pub use relay::Relay;
pub use relay_notify::RelayNotify;
pub use unrouted::KEEP as KEEP_UNROUTED;
