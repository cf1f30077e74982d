//! Timers of what orders hold, of replays and of old counters.

use std::time::Duration;

use chassis::{db::StoreError, job::Job};
use chrono::TimeDelta;

use crate::{
    app::{Dependencies, benefits::expire::expire_holds, replays::run_due},
    store,
};

const EXPIRY_PERIOD: Duration = Duration::from_secs(1);
const REPLAY_PERIOD: Duration = Duration::from_secs(1);
const PURGE_PERIOD: Duration = Duration::from_secs(60 * 60);
/// How long counters of a business day are kept: longer than any order of it can be refunded.
const KEEP_DAYS: TimeDelta = TimeDelta::days(400);
const ROWS_A_BATCH: i64 = 5_000;

/// The timers.
pub(super) fn jobs(deps: &Dependencies) -> Vec<Job> {
    let (expiring, replaying, purging) = (deps.clone(), deps.clone(), deps.clone());
    vec![
        Job::every("expire_benefit_holds", EXPIRY_PERIOD, move || {
            let deps = expiring.clone();
            async move { expire_holds(&deps).await }
        }),
        Job::every("run_replays", REPLAY_PERIOD, move || {
            let deps = replaying.clone();
            async move {
                while run_due(&deps).await? {}
                Ok(())
            }
        }),
        Job::every("purge_day_counters", PURGE_PERIOD, move || {
            let deps = purging.clone();
            async move { Ok(purge_day_counters(&deps).await?) }
        }),
    ]
}

async fn purge_day_counters(deps: &Dependencies) -> Result<(), StoreError> {
    let before = (deps.clock.now() - KEEP_DAYS).date_naive();
    deps.db
        .in_batches("purge counters of days", ROWS_A_BATCH, |tx| {
            Box::pin(store::counters::purge(tx, before, ROWS_A_BATCH))
        })
        .await?;
    Ok(())
}
