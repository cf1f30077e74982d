//! Timers: attempts that are queried, refunds that are carried out, and old rows.

use std::{collections::BTreeMap, time::Duration};

use chassis::{
    id::OrganisationId,
    job::{Job, JobRun},
};
use chrono::TimeDelta;

use crate::{
    app::{Dependencies, query_attempt, refunds},
    store,
};

const QUERY_PERIOD: Duration = Duration::from_secs(1);
const REFUND_PERIOD: Duration = Duration::from_secs(1);
const PURGE_PERIOD: Duration = Duration::from_secs(60 * 60);
/// As many as one turn takes; each is a call to a provider.
const A_TURN: i64 = 50;
/// How long what a turn took is kept from other processes; longer than any call.
const LEASE: TimeDelta = TimeDelta::minutes(2);
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
    let mut tx = deps.db.system("query attempts").await?;
    let due = store::attempts::take_due(&mut tx, now, now + LEASE, A_TURN).await?;
    tx.commit().await?;
    let mut run = JobRun::default();
    for (org, ids) in by_org(due) {
        for id in ids {
            run.run(org, query_attempt::query_now(deps, org, id)).await;
        }
    }
    run.end()
}

/// Carries out refunds that are due; several processes may do it at once.
async fn carry_out_refunds(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let mut tx = deps.db.system("carry out refunds").await?;
    let due = store::refunds::take_due(&mut tx, now, now + LEASE, A_TURN).await?;
    tx.commit().await?;
    let mut run = JobRun::default();
    for (org, ids) in by_org(due) {
        for id in ids {
            run.run(org, refunds::carry_out(deps, org, id)).await;
        }
    }
    run.end()
}

fn by_org<T>(found: Vec<(OrganisationId, T)>) -> BTreeMap<OrganisationId, Vec<T>> {
    let mut by_org = BTreeMap::<_, Vec<T>>::new();
    for (org, id) in found {
        by_org.entry(org).or_default().push(id);
    }
    by_org
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
