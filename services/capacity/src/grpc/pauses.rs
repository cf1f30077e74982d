//! 暫停銷售.

pub mod convert;
pub mod service;
