//! Timers.

use std::time::Duration;

use chassis::{clock::SharedClock, db::Db, job::Job};
use chrono::TimeDelta;

use crate::{
    app::Ordering,
    store::{idempotency_keys, order_decisions},
};

/// How long a key finds its order again.
const KEEP_KEYS: TimeDelta = TimeDelta::days(7);
const PURGE_PERIOD: Duration = Duration::from_secs(60 * 60);
/// How long staff can look up what came of decisions.
const KEEP_DECISIONS: TimeDelta = TimeDelta::days(90);
const MOVES_PERIOD: Duration = Duration::from_secs(1);
/// Staff waits for what comes of its decisions.
const DECISIONS_PERIOD: Duration = Duration::from_millis(500);
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

/// Carries out decisions about booked orders that were saved with a change of hours.
#[must_use]
pub fn carry_out_decisions(app: Ordering) -> Job {
    Job::every("carry_out_decisions", DECISIONS_PERIOD, move || {
        let app = app.clone();
        async move { Ok(app.carry_out_decisions().await?) }
    })
}

/// Deletes decisions after ninety days, a batch of rows a transaction.
#[must_use]
pub fn purge_decisions(db: Db, clock: SharedClock) -> Job {
    Job::every("purge_decisions", PURGE_PERIOD, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            let before = clock.now() - KEEP_DECISIONS;
            loop {
                let mut tx = db.system("purge decisions").await?;
                let purged = order_decisions::purge(&mut tx, before, BATCH).await?;
                tx.commit().await?;
                if purged == 0 {
                    return Ok(());
                }
            }
        }
    })
}
