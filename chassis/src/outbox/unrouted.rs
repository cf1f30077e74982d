//! Events that no queue took: kept, tried again, and deleted after a week.
//!
//! A type has a queue or it has none, so one event of each type is tried, and when it is taken the
//! others of its type follow in their order. However many wait, a turn without a queue costs as many
//! messages as there are types.

use std::{collections::HashSet, time::Duration};

use sqlx::AssertSqlSafe;

use super::{
    publisher::Publisher,
    row::{COLUMNS, Row},
};
use crate::{
    bus_metrics,
    db::{Db, SystemTx},
    id::EventId,
};

/// How long an event waits for a queue; as long as a consumer remembers what it applied.
pub const KEEP: Duration = Duration::from_secs(7 * 24 * 3_600);

const BATCH: usize = 500;

/// Keeps those of `rows` that are in `unrouted`, in the transaction that deletes them elsewhere.
pub(super) async fn keep(
    tx: &mut SystemTx,
    rows: &[Row],
    unrouted: &HashSet<EventId>,
) -> Result<(), sqlx::Error> {
    let kept: Vec<&Row> = rows
        .iter()
        .filter(|row| unrouted.contains(&row.envelope.id))
        .collect();
    if kept.is_empty() {
        return Ok(());
    }
    fn column<T>(rows: &[&Row], read: impl Fn(&Row) -> T) -> Vec<T> {
        rows.iter().map(|row| read(row)).collect()
    }
    sqlx::query(
        "INSERT INTO unrouted_events
             (org_id, event_id, seq, type, aggregate_id, version, occurred_at, traceparent, body)
         SELECT *
         FROM unnest(
             $1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::uuid[], $6::bigint[],
             $7::timestamptz[], $8::text[], $9::bytea[]
         )",
    )
    .bind(column(&kept, |row| row.envelope.org.as_uuid()))
    .bind(column(&kept, |row| row.envelope.id.as_uuid()))
    .bind(column(&kept, |row| row.seq))
    .bind(column(&kept, |row| row.envelope.type_.clone()))
    .bind(column(&kept, |row| row.envelope.aggregate))
    .bind(column(&kept, |row| row.envelope.version))
    .bind(column(&kept, |row| row.envelope.at))
    .bind(column(&kept, |row| row.envelope.traceparent.clone()))
    .bind(column(&kept, |row| row.body.clone()))
    .execute(&mut **tx)
    .await?;
    bus_metrics::unrouted(kept.len());
    Ok(())
}

/// Publishes again what waits and has a queue by now.
pub(super) async fn retry(db: &Db, publisher: &Publisher) -> anyhow::Result<()> {
    for type_ in types(db).await? {
        let mut limit = 1;
        while retry_type(db, publisher, &type_, limit).await? == limit {
            limit = BATCH;
        }
    }
    Ok(())
}

/// Deletes what waited longer than [`KEEP`], and says so.
pub(super) async fn purge(db: &Db) -> anyhow::Result<()> {
    loop {
        let mut tx = db.system("purge unrouted events").await?;
        let deleted = sqlx::query(
            "DELETE FROM unrouted_events
             WHERE ctid = ANY(ARRAY(
                 SELECT ctid FROM unrouted_events
                 WHERE unrouted_at < now() - make_interval(secs => $1)
                 ORDER BY unrouted_at LIMIT $2 FOR UPDATE SKIP LOCKED
             ))",
        )
        .bind(KEEP.as_secs_f64())
        .bind(limit_of(BATCH))
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        if deleted == 0 {
            return Ok(());
        }
        bus_metrics::dropped(deleted);
        tracing::warn!(
            events = deleted,
            "deleted events that no queue took for a week"
        );
    }
}

/// The types that wait, each found by one look into the index.
async fn types(db: &Db) -> Result<Vec<String>, sqlx::Error> {
    let mut tx = db.system("list unrouted types").await?;
    let types = sqlx::query_scalar(
        "WITH RECURSIVE waiting AS (
             (SELECT type FROM unrouted_events ORDER BY type LIMIT 1)
             UNION ALL
             SELECT (
                 SELECT next.type FROM unrouted_events AS next
                 WHERE next.type > waiting.type ORDER BY next.type LIMIT 1
             )
             FROM waiting
             WHERE waiting.type IS NOT NULL
         )
         SELECT type FROM waiting WHERE type IS NOT NULL",
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.rollback().await?;
    Ok(types)
}

/// Publishes the oldest of a type; returns how many a queue took.
async fn retry_type(
    db: &Db,
    publisher: &Publisher,
    type_: &str,
    limit: usize,
) -> anyhow::Result<usize> {
    let mut tx = db.system("retry unrouted events").await?;
    let sql = format!(
        "DELETE FROM unrouted_events
         WHERE ctid = ANY(ARRAY(
             SELECT ctid FROM unrouted_events
             WHERE type = $1 ORDER BY seq LIMIT $2 FOR UPDATE SKIP LOCKED
         ))
         RETURNING {COLUMNS}"
    );
    let mut rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(type_)
        .bind(limit_of(limit))
        .fetch_all(&mut *tx)
        .await?;
    rows.sort_unstable_by_key(|row| row.seq);
    if rows.is_empty() {
        tx.rollback().await?;
        return Ok(0);
    }
    let unrouted = publisher.publish(&rows).await?;
    if unrouted.is_empty() {
        tx.commit().await?;
        bus_metrics::relayed(rows.iter().map(|row| row.envelope.at));
        return Ok(rows.len());
    }
    // The queue is gone again, or was never there: all stay, and consumers recognise repeats.
    tx.rollback().await?;
    Ok(0)
}

fn limit_of(rows: usize) -> i64 {
    i64::try_from(rows).expect("a batch is small")
}
