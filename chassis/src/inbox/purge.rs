//! Forgets what was consumed long ago.

use chrono::TimeDelta;
use futures::FutureExt as _;

use crate::{clock::Clock, db::Db};

/// How long a consumed event is remembered; no repeat arrives later.
pub const KEEP: TimeDelta = TimeDelta::days(7);

const BATCH: i64 = 10_000;

/// Deletes the inbox rows older than [`KEEP`], a batch a transaction; returns their count.
pub async fn purge(db: &Db, clock: &dyn Clock) -> Result<u64, sqlx::Error> {
    let before = clock.now() - KEEP;
    db.in_batches("purge inbox", BATCH, |tx| {
        async move {
            let deleted = sqlx::query(
                "DELETE FROM inbox
             WHERE ctid = ANY(ARRAY(SELECT ctid FROM inbox WHERE received_at < $1 LIMIT $2))",
            )
            .bind(before)
            .bind(BATCH)
            .execute(&mut **tx)
            .await?;
            Ok(deleted.rows_affected())
        }
        .boxed()
    })
    .await
}
