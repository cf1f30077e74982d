//! What branches can sell.

mod convert;
mod service;

pub use service::AvailabilityService;
