//! What orders took of limits, as a column of holds keeps it.

use chassis::id::LimitRuleId;
use chrono::DateTime;
use sqlx::types::Json;

use crate::domain::limits::counter::{CounterKey, Pool, Taken};

/// Rule, pool, start in seconds since 1970, amount.
pub type TakenRow = (LimitRuleId, String, i64, i64);

/// Reads the column. A later release may have written a pool that is unknown here; its counters stay as they are.
pub fn taken(rows: Vec<TakenRow>) -> Vec<Taken> {
    let known = rows.into_iter().filter_map(|(rule_id, pool, at, amount)| {
        let key = CounterKey {
            starts_at: DateTime::from_timestamp_secs(at)?,
            rule_id,
            pool: Pool::named(&pool)?,
        };
        Some(Taken { key, amount })
    });
    known.collect()
}

/// Writes the column.
pub fn taken_rows(taken: impl Iterator<Item = (CounterKey, i64)>) -> Json<Vec<TakenRow>> {
    let rows = taken.map(|(key, amount)| {
        let pool = key.pool.name().to_owned();
        (key.rule_id, pool, key.starts_at.timestamp(), amount)
    });
    Json(rows.collect())
}
