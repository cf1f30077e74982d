//! 庫存.

pub mod convert;
pub mod service;
