//! Timers.

use std::time::Duration;

use chassis::{clock::SharedClock, db::Db, job::Job};
use chrono::TimeDelta;

use crate::store::idempotency_keys;

/// How long a key finds its order again.
const KEEP_KEYS: TimeDelta = TimeDelta::days(7);
const EVERY: Duration = Duration::from_secs(60 * 60);
const BATCH: i64 = 1_000;

/// Forgets idempotency keys after seven days, a batch a transaction.
#[must_use]
pub fn purge_idempotency_keys(db: Db, clock: SharedClock) -> Job {
    Job::every("purge_idempotency_keys", EVERY, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            let before = clock.now() - KEEP_KEYS;
            loop {
                let mut tx = db.system("purge idempotency keys").await?;
                let purged = idempotency_keys::purge(&mut tx, before, BATCH).await?;
                tx.commit().await?;
                if purged == 0 {
                    return Ok(());
                }
            }
        }
    })
}
