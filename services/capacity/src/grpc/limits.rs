//! 產能限制.

mod convert;
mod parse;
mod service;

pub use convert::rule_id;
pub use service::LimitService;
