//! JSON that endpoints, what is kept in memory and live screens share; it knows none of them.

pub mod availability;
pub mod convert;
pub mod live;
pub mod method;
pub mod order_state;
pub mod pauses;
pub mod storefront;
mod wire_enum;
