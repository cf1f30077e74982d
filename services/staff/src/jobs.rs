//! Timers of staff; two processes doing the same at once do no harm.

use std::time::Duration;

use chassis::{
    clock::SharedClock,
    db::Db,
    job::{Job, JobRun},
};
use chrono::Months;

use crate::store;

const PERIOD: Duration = Duration::from_secs(3600);
/// How long audit records are kept; the database lets none be removed before that.
const KEPT: Months = Months::new(5 * 12);
/// Records removed in one transaction.
const RECORDS_A_BATCH: i64 = 1_000;

/// Removes audit records that are older than they are kept, the oldest first.
#[must_use]
pub fn remove_old_audit_records(db: Db, clock: SharedClock) -> Job {
    Job::every("remove_old_audit_records", PERIOD, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            let before = clock.now() - KEPT;
            let mut tx = db.system("list old audit records").await?;
            let expired = store::audit_records::list_expired(&mut tx, before).await?;
            tx.rollback().await?;
            let mut run = JobRun::default();
            for org in expired {
                let removing = db.in_batches("remove audit records", RECORDS_A_BATCH, |tx| {
                    let limit = RECORDS_A_BATCH;
                    Box::pin(store::audit_records::remove_oldest(tx, org, before, limit))
                });
                if let Some(records) = run.run(org, removing).await {
                    tracing::info!(org.id = %org, records, "old audit records were removed");
                }
            }
            run.end()
        }
    })
}
