//! Star CloudPRNT over HTTP (protocol guide 2.4): the printer polls by POST, fetches by GET, confirms by
//! DELETE. The steps of a poll are [`Poll::read`], [`look`], and [`reply`] with what is then offered.

mod action;
mod asb;
mod confirm;
mod fetch;
mod poll;
mod query;
mod reply;
mod status;

pub use action::{ActionResult, Learned, Question, learn};
pub use confirm::confirm;
pub use fetch::{Fetched, MEDIA_TYPE, fetch};
pub use poll::{MAX_POLL_BYTES, Poll, Seen, look, offline_after};
pub use query::{Named, Query};
pub use reply::{Reply, reply};
pub use status::StatusCode;

/// The last segment of the address at which newer printers ask, once after they start, for settings.
/// Without them, which is 404, they speak HTTP.
pub const SETTINGS_FILE: &str = "cloudprnt-setting.json";

#[cfg(test)]
mod tests;
