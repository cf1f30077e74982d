//! 庫存.

mod convert;
mod service;

pub use service::StockService;
