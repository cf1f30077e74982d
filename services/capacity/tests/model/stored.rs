//! What the service has written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::id::BranchId;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::branch::is_touched;

/// What is stored of a branch.
#[derive(Debug, Default)]
pub struct OfBranch {
    /// On hand and held, by unit and day.
    pub buckets: BTreeMap<(Uuid, NaiveDate), (i64, i64)>,
    /// Held and committed, by rule and start; only what is not 0.
    pub counters: BTreeMap<(Uuid, DateTime<Utc>), (i64, i64)>,
    /// Pauses that last.
    pub pauses: BTreeSet<Uuid>,
}

/// What is stored of all branches.
#[derive(Debug, Default)]
pub struct Stored {
    branches: HashMap<Uuid, OfBranch>,
    nothing: OfBranch,
}

impl Stored {
    pub async fn read(db: &mut PgConnection) -> Self {
        let mut stored = Self::default();
        let buckets: Vec<(Uuid, Uuid, NaiveDate, i64, i64)> = sqlx::query_as(
            "SELECT branch_id, sku_id, business_day, on_hand, held FROM stock_buckets",
        )
        .fetch_all(&mut *db)
        .await
        .unwrap();
        for (branch, sku, day, on_hand, held) in buckets {
            let bucket = ((sku, day), (on_hand, held));
            if is_touched(&bucket) {
                stored.branch(branch).buckets.insert(bucket.0, bucket.1);
            }
        }
        let counters: Vec<(Uuid, Uuid, DateTime<Utc>, i64, i64)> = sqlx::query_as(
            "SELECT branch_id, rule_id, starts_at, held, committed FROM limit_counters
             WHERE held + committed > 0",
        )
        .fetch_all(&mut *db)
        .await
        .unwrap();
        for (branch, rule, starts_at, held, committed) in counters {
            let counters = &mut stored.branch(branch).counters;
            counters.insert((rule, starts_at), (held, committed));
        }
        let pauses: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "SELECT branch_id, pause_id FROM paused_branches WHERE ended_at IS NULL",
        )
        .fetch_all(&mut *db)
        .await
        .unwrap();
        for (branch, pause) in pauses {
            stored.branch(branch).pauses.insert(pause);
        }
        stored
    }

    pub fn of(&self, branch: BranchId) -> &OfBranch {
        self.branches
            .get(&branch.as_uuid())
            .unwrap_or(&self.nothing)
    }

    fn branch(&mut self, branch: Uuid) -> &mut OfBranch {
        self.branches.entry(branch).or_default()
    }
}
