//! 產能限制.

pub mod convert;
pub mod service;
