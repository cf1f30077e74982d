//! proto ↔ domain; no rules, no SQL.

mod availability;
pub mod convert;
mod holds;
mod hours;
mod limits;
mod pauses;
mod request;
mod stock;

pub use availability::AvailabilityService;
pub use holds::HoldService;
pub use hours::{HoursService, wire_action};
pub use limits::LimitService;
pub use pauses::PauseService;
pub use stock::StockService;
