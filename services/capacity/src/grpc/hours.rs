//! 營業時間.

pub mod convert;
pub mod service;
