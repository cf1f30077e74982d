//! What the service has written.

use std::collections::{BTreeMap, BTreeSet};

use chassis::id::BranchId;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::model::branch::is_touched;

/// What is stored of a branch.
#[derive(Debug)]
pub struct Stored {
    /// On hand and held, by unit and day.
    pub buckets: BTreeMap<(Uuid, NaiveDate), (i64, i64)>,
    /// Held and committed, by rule and start; only what is not 0.
    pub counters: BTreeMap<(Uuid, DateTime<Utc>), (i64, i64)>,
    /// Pauses that last.
    pub pauses: BTreeSet<Uuid>,
}

impl Stored {
    pub async fn read(db: &mut PgConnection, branch: BranchId) -> Self {
        let buckets: Vec<(Uuid, NaiveDate, i64, i64)> = sqlx::query_as(
            "SELECT sku_id, business_day, on_hand, held FROM stock_buckets WHERE branch_id = $1",
        )
        .bind(branch.as_uuid())
        .fetch_all(&mut *db)
        .await
        .unwrap();
        let counters: Vec<(Uuid, DateTime<Utc>, i64, i64)> = sqlx::query_as(
            "SELECT rule_id, starts_at, held, committed FROM limit_counters
             WHERE branch_id = $1 AND held + committed > 0",
        )
        .bind(branch.as_uuid())
        .fetch_all(&mut *db)
        .await
        .unwrap();
        let pauses: Vec<Uuid> = sqlx::query_scalar(
            "SELECT pause_id FROM paused_branches WHERE branch_id = $1 AND ended_at IS NULL",
        )
        .bind(branch.as_uuid())
        .fetch_all(&mut *db)
        .await
        .unwrap();
        let buckets = buckets
            .into_iter()
            .map(|(sku, day, on_hand, held)| ((sku, day), (on_hand, held)));
        let counters = counters
            .into_iter()
            .map(|(rule, starts_at, held, committed)| ((rule, starts_at), (held, committed)));
        Self {
            buckets: buckets.filter(is_touched).collect(),
            counters: counters.collect(),
            pauses: pauses.into_iter().collect(),
        }
    }
}
