//! The only place that knows tables. Functions take the transaction, never the pool.

pub mod branches;
pub mod completed_orders;
pub mod points;
pub mod tags;
pub mod tiers;

use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

/// A new id, ordered by time.
#[must_use]
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    let secs = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(
        NoContext,
        secs,
        now.timestamp_subsec_nanos(),
    ))
}
