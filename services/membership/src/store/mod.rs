//! The only place that knows tables. Functions take the transaction, never the pool.

pub mod addresses;
pub mod branches;
pub mod codes;
pub mod completed_orders;
pub mod consents;
pub mod duplicates;
pub mod exports;
pub mod line;
pub mod member_list;
pub mod member_orders;
pub mod members;
pub mod merges;
pub mod notes;
pub mod points;
pub mod sessions;
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
