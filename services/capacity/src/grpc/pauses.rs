//! 暫停銷售.

mod convert;
mod service;

pub use convert::public_pause;
pub use service::PauseService;
