//! Timers of signing in.

use std::time::Duration;

use chassis::job::Job;
use chrono::TimeDelta;

use crate::{app::Dependencies, store};

const PURGE_PERIOD: Duration = Duration::from_secs(60 * 60);
/// Codes are counted by the day.
const KEEP_CODES: TimeDelta = TimeDelta::days(2);
const KEEP_LINE_LOGINS: TimeDelta = TimeDelta::hours(1);
const ROWS_A_BATCH: i64 = 5_000;

/// The timers.
pub(super) fn jobs(deps: &Dependencies) -> Vec<Job> {
    let purging = deps.clone();
    vec![Job::every("purge_sign_ins", PURGE_PERIOD, move || {
        let deps = purging.clone();
        async move { purge_sign_ins(&deps).await }
    })]
}

/// Deletes sessions, codes, sign-ins with LINE and exports that are over.
async fn purge_sign_ins(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    deps.db
        .in_batches("purge member sessions", ROWS_A_BATCH, |tx| {
            Box::pin(store::sessions::purge(tx, now, ROWS_A_BATCH))
        })
        .await?;
    deps.db
        .in_batches("purge member codes", ROWS_A_BATCH, |tx| {
            Box::pin(store::codes::purge(tx, now - KEEP_CODES, ROWS_A_BATCH))
        })
        .await?;
    deps.db
        .in_batches("purge sign-ins with LINE", ROWS_A_BATCH, |tx| {
            Box::pin(store::line::purge(tx, now - KEEP_LINE_LOGINS, ROWS_A_BATCH))
        })
        .await?;
    deps.db
        .in_batches("purge member exports", ROWS_A_BATCH, |tx| {
            Box::pin(store::exports::purge(tx, now, ROWS_A_BATCH))
        })
        .await?;
    Ok(())
}
