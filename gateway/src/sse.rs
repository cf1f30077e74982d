//! Server-sent events for live screens.

mod hub;
mod stream;
mod visitors;

pub use hub::{Hub, Topic, Wants};
pub use stream::{for_brand, for_order, for_shop, for_staff};
pub use visitors::Visitors;
