//! proto ↔ domain; no rules, no SQL.

mod capacity_service;
mod convert;

pub use capacity_service::CapacityService;
