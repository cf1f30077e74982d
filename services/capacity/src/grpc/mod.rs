//! proto ↔ domain; no rules, no SQL.

mod capacity_service;
pub mod convert;
pub mod convert_hours;
mod convert_limits;
mod convert_pauses;
mod convert_sale;
mod convert_stock;
mod hours_service;
mod limit_service;
mod pause_service;
mod stock_service;

pub use capacity_service::CapacityService;
pub use hours_service::HoursService;
pub use limit_service::LimitService;
pub use pause_service::PauseService;
pub use stock_service::StockService;
