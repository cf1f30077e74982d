//! Epson Server Direct Print: the printer asks for work by POST, is given XML, and posts what came of it.
//! Results are matched by the `printjobid`, never by what the printer was last given.

mod code;
mod monitor;
mod request;
mod result;
mod status;
mod work;
mod xml;

pub use code::{Cause, Code};
pub use monitor::Monitored;
pub use request::{MAX_BODY_BYTES, Request};
pub use result::{JobResult, PrintResult, Verdict, conclude, may_offer};
pub use status::Status;
pub use work::{MAX_WORK_BYTES, TooLarge, acknowledged, no_work, work};

#[cfg(test)]
mod tests;
