//! proto ↔ domain; no rules, no SQL.

mod capacity_service;
mod convert;
mod convert_stock;
mod stock_service;

pub use capacity_service::CapacityService;
pub use stock_service::StockService;
