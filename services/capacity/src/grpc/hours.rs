//! 營業時間.

mod convert;
mod service;

pub use convert::wire_action;
pub use service::HoursService;
