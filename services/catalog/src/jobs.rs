//! Timers of the catalogue.

use std::time::Duration;

use chassis::{clock::SharedClock, db::Db, job::Job};
use chrono::TimeDelta;

use crate::store::idempotency;

/// How long a first answer is kept; the promise to callers is 24 h.
const KEEP: TimeDelta = TimeDelta::hours(48);

/// Forgets the answers of creations after their time; two processes doing it at once do no harm.
#[must_use]
pub fn prune_idempotency_keys(db: Db, clock: SharedClock) -> Job {
    Job::every(
        "prune_idempotency_keys",
        Duration::from_secs(3600),
        move || {
            let (db, clock) = (db.clone(), clock.clone());
            async move {
                let mut tx = db.system("prune idempotency keys").await?;
                let pruned = idempotency::prune(&mut tx, clock.now() - KEEP).await?;
                tx.commit().await?;
                tracing::debug!(pruned, "pruned idempotency keys");
                Ok(())
            }
        },
    )
}
