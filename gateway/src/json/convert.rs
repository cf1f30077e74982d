//! Small conversions between protobuf and JSON for handlers written by hand.

pub use chassis::time::to_wire as stamp;
use chrono::{DateTime, Utc};
use prost_types::Timestamp;

use crate::problem::Rejection;

/// The instant of a timestamp; `None` when absent or outside 1970 to 2200.
pub fn time(at: Option<Timestamp>) -> Option<DateTime<Utc>> {
    chassis::time::from_wire(at.as_ref()?)
}

/// The instant of a timestamp the platform always sends.
pub fn required_time(
    at: Option<Timestamp>,
    what: &'static str,
) -> Result<DateTime<Utc>, Rejection> {
    present(time(at), what)
}

/// What the platform always sends; its absence is our fault, not the caller's.
pub fn present<T>(value: Option<T>, what: &'static str) -> Result<T, Rejection> {
    value.ok_or_else(|| Rejection::internal(anyhow::anyhow!("the answer lacks {what}")))
}

/// Converts every item, or fails with the first that cannot be.
pub fn all<P, D>(items: Vec<P>) -> Result<Vec<D>, Rejection>
where
    D: TryFrom<P, Error = Rejection>,
{
    items.into_iter().map(D::try_from).collect()
}
