//! proto ↔ domain; no rules, no SQL.

mod capacity_service;
pub mod convert;
pub mod hours;
mod limits;
mod pauses;
mod sale;
mod stock;

pub use capacity_service::CapacityService;
pub use hours::service::HoursService;
pub use limits::service::LimitService;
pub use pauses::service::PauseService;
pub use stock::service::StockService;
