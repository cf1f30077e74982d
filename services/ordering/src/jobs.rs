//! Timers.

use std::time::Duration;

use chassis::{clock::SharedClock, db::Db, job::Job};
use chrono::TimeDelta;

use crate::{app::Ordering, store::idempotency_keys};

/// How long a key finds its order again.
const KEEP_KEYS: TimeDelta = TimeDelta::days(7);
const PURGE_PERIOD: Duration = Duration::from_secs(60 * 60);
const MOVES_PERIOD: Duration = Duration::from_secs(1);
const BATCH: i64 = 1_000;

/// Forgets idempotency keys after seven days, a batch a transaction.
#[must_use]
pub fn purge_idempotency_keys(db: Db, clock: SharedClock) -> Job {
    Job::every("purge_idempotency_keys", PURGE_PERIOD, move || {
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

/// Goes on with moves to other slots that were broken off.
#[must_use]
pub fn finish_moves(app: Ordering) -> Job {
    Job::every("finish_moves", MOVES_PERIOD, move || {
        let app = app.clone();
        async move { Ok(app.finish_moves().await?) }
    })
}
