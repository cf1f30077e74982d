//! Timers: attempts that are queried, refunds that are carried out, and old rows.

use std::{fmt::Display, time::Duration};

use chassis::{
    id::OrganisationId,
    job::{Job, JobRun},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    app::{Dependencies, query_attempt, refunds},
    store,
};

const QUERY_PERIOD: Duration = Duration::from_secs(1);
const REFUND_PERIOD: Duration = Duration::from_secs(1);
const PURGE_PERIOD: Duration = Duration::from_secs(60 * 60);
/// Attempts or refunds that one turn takes.
const A_TURN: i64 = 50;
/// Of these as many at the same time; each calls a provider up to a few times.
const AT_ONCE: usize = 8;
/// How long what a turn took is kept from other processes.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// Longest that all calls for one attempt or refund may take.
const LONGEST: TimeDelta = TimeDelta::minutes(2);
/// How long digests of messages that were not believed are kept.
const KEEP_REJECTED: TimeDelta = TimeDelta::days(90);
const ROWS_A_BATCH: i64 = 5_000;

/// The timers.
pub fn jobs(deps: &Dependencies) -> Vec<Job> {
    let (querying, refunding, purging) = (deps.clone(), deps.clone(), deps.clone());
    vec![
        Job::every("query_attempts", QUERY_PERIOD, move || {
            let deps = querying.clone();
            async move { query_attempts(&deps).await }
        }),
        Job::every("carry_out_refunds", REFUND_PERIOD, move || {
            let deps = refunding.clone();
            async move { carry_out_refunds(&deps).await }
        }),
        Job::every("purge_rejected_callbacks", PURGE_PERIOD, move || {
            let deps = purging.clone();
            async move { purge_rejected_callbacks(&deps).await }
        }),
    ]
}

/// Queries providers about attempts that are due; several processes may do it at once.
async fn query_attempts(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let lease_end = now + LEASE;
    let mut tx = deps.db.system("query attempts").await?;
    let due = store::attempts::take_due(&mut tx, now, lease_end, A_TURN).await?;
    tx.commit().await?;
    under_lease(deps, lease_end, due, |org, id| {
        query_attempt::query_now(deps, org, id)
    })
    .await
}

/// Carries out refunds that are due; several processes may do it at once.
async fn carry_out_refunds(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let lease_end = now + LEASE;
    let mut tx = deps.db.system("carry out refunds").await?;
    let due = store::refunds::take_due(&mut tx, now, lease_end, A_TURN).await?;
    tx.commit().await?;
    under_lease(deps, lease_end, due, |org, id| {
        refunds::carry_out(deps, org, id)
    })
    .await
}

/// Works on what was taken, some of it at the same time. What slow providers leave no time for before the
/// lease ends is not begun: it is due again then.
async fn under_lease<I, T, E, Fut>(
    deps: &Dependencies,
    lease_end: DateTime<Utc>,
    due: Vec<(OrganisationId, I)>,
    work: impl Fn(OrganisationId, I) -> Fut,
) -> anyhow::Result<()>
where
    E: Display,
    Fut: Future<Output = Result<T, E>>,
{
    let mut run = JobRun::default();
    run.run_concurrently(AT_ONCE, due, |org, id| {
        let work = (deps.clock.now() + LONGEST <= lease_end).then(|| work(org, id));
        async move {
            match work {
                Some(work) => work.await.map(drop),
                None => Ok(()),
            }
        }
    })
    .await;
    run.end()
}

async fn purge_rejected_callbacks(deps: &Dependencies) -> anyhow::Result<()> {
    let before = deps.clock.now() - KEEP_REJECTED;
    deps.db
        .in_batches("purge rejected callbacks", ROWS_A_BATCH, |tx| {
            Box::pin(store::callbacks::purge_rejected(tx, before, ROWS_A_BATCH))
        })
        .await?;
    Ok(())
}
