//! Holds of orders.

mod convert;
mod service;

pub use convert::{lines, skus};
pub use service::HoldService;
