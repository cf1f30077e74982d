//! Server-sent events for live screens.

mod hub;
mod stream;
mod stream_limits;

pub use hub::{Filter, Hub, Topic};
pub use stream::{for_brand, for_order, for_shop, for_staff};
pub use stream_limits::StreamLimits;
