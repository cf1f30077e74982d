//! A pause as staff see it: who stopped selling what, why, and what became of it in a branch.

use std::collections::BTreeSet;

use chassis::{
    id::{BranchId, BrandId, PauseId, SkuId},
    sales::Channel,
};
use chrono::{DateTime, Utc};

use super::{End, Ending, Reason, Target};

/// A pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Id.
    pub pause_id: PauseId,
    /// Brand of its branches.
    pub brand_id: BrandId,
    /// Every branch of the brand, those that open later included.
    pub whole_brand: bool,
    /// How many branches it has.
    pub branch_count: i64,
    /// What is paused.
    pub target: Target,
    /// Its name when it was paused.
    pub target_name: String,
    /// Channels it concerns; empty for all.
    pub channels: BTreeSet<Channel>,
    /// Why.
    pub reason: Reason,
    /// What staff noted.
    pub note: String,
    /// How it ends.
    pub end: End,
    /// Units whose restocking ends it.
    pub restock_sku_ids: Vec<SkuId>,
    /// Only who has the whole brand may resume it.
    pub locked: bool,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Name of who paused.
    pub started_by: String,
    /// Version for resuming it.
    pub version: i64,
}

/// A pause in one branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchPause {
    /// Branch.
    pub branch_id: BranchId,
    /// When it ends by itself; `None` when that is unknown.
    pub ends_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// Name of who resumed it.
    pub ended_by: String,
}

impl BranchPause {
    /// A pause that begins.
    #[must_use]
    pub const fn lasting(branch_id: BranchId, ends_at: Option<DateTime<Utc>>) -> Self {
        Self {
            branch_id,
            ends_at,
            ended_at: None,
            ending: None,
            ended_by: String::new(),
        }
    }

    /// How it ended by `now`; what is over counts as ended before that is written.
    #[must_use]
    pub fn settled(mut self, now: DateTime<Utc>) -> Self {
        if self.ended_at.is_none() && self.ends_at.is_some_and(|end| end <= now) {
            self.ended_at = self.ends_at;
            self.ending = Some(Ending::Time);
        }
        self
    }
}
