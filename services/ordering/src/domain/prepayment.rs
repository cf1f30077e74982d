//! Who has to pay in advance: a phone whose orders were not paid and not fetched too often.

use chrono::{DateTime, TimeDelta, Utc};

/// Orders that expired, or that nobody fetched and paid, from which on a phone pays in advance.
pub const UNPAID_ENDS: i64 = 3;
/// How long such an order counts.
pub const COUNTED_FOR: TimeDelta = TimeDelta::days(30);

/// Orders that ended before this do not count any more.
#[must_use]
pub fn counted_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - COUNTED_FOR
}
