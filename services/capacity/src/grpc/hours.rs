//! 營業時間.

mod convert;
mod service;

pub use service::HoursService;
