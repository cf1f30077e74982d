//! What the slips of an attempt say about themselves. The bytes follow from these, so that a slip that is
//! fetched twice is the same.

use serde::{Deserialize, Serialize};

/// The head lines of an attempt's slips.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Heads {
    /// 「補印 n」; 0 for none.
    pub reprint: i16,
    /// 「補印 延遲 N 分」; 0 for none.
    pub late_minutes: i64,
    /// 「補印 – 可能重複」.
    pub may_be_duplicate: bool,
    /// Name of the device it was moved from, 「代印」; empty for none.
    pub moved_from: String,
}
