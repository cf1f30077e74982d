//! proto ↔ domain; no rules, no SQL.

mod availability;
mod holds;
mod hours;
mod limits;
mod pauses;
mod request;
mod stock;

pub use availability::AvailabilityService;
pub use holds::HoldService;
pub use hours::HoursService;
pub use limits::LimitService;
pub use pauses::PauseService;
pub use stock::StockService;
