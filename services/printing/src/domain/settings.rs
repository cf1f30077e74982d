//! What holds for all printing of a branch.

use chrono::TimeDelta;

/// Fewest and most minutes that a slip waits for a device that is away.
pub const KEEP_MINUTES: std::ops::RangeInclusive<i32> = 10..=720;

/// The settings of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchSettings {
    /// 列印後自動收單.
    pub accepts_after_printing: bool,
    /// How long a slip waits for a device that is away.
    pub keep_minutes: i16,
    /// Version; 0 while nothing was ever saved.
    pub version: i64,
}

impl Default for BranchSettings {
    fn default() -> Self {
        Self {
            accepts_after_printing: false,
            keep_minutes: 120,
            version: 0,
        }
    }
}

impl BranchSettings {
    /// How long a slip waits.
    #[must_use]
    pub fn keep(&self) -> TimeDelta {
        TimeDelta::minutes(self.keep_minutes.into())
    }
}
