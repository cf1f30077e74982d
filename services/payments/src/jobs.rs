//! Timers: attempts that are queried, refunds that are carried out, and old rows.

use std::{convert::Infallible, time::Duration};

use chassis::{
    clock::{Clock, SharedClock},
    db::Db,
    job::{Job, JobRun, Limits},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    app::{Dependencies, query_attempt, refunds, settlements},
    store,
};

const QUERY_PERIOD: Duration = Duration::from_secs(1);
const REFUND_PERIOD: Duration = Duration::from_secs(1);
/// How old what balances add up one by one becomes, beside the present day.
const TOTALS_PERIOD: Duration = Duration::from_secs(60);
const MATCH_PERIOD: Duration = Duration::from_secs(60 * 60);
/// How long after its import a file is matched again by itself.
const MATCH_FOR: TimeDelta = TimeDelta::days(60);
const PURGE_PERIOD: Duration = Duration::from_secs(60 * 60);
/// Attempts or refunds of one turn; each calls a provider up to a few times.
const LIMITS: Limits = Limits {
    at_once: 8,
    a_turn: 50,
};
/// How long what a process works on is kept from others. A call may take longer: the lease is renewed
/// while it is under way.
const LEASE: TimeDelta = TimeDelta::seconds(30);
const RENEWAL: Duration = Duration::from_secs(10);
/// How long digests of messages that were not believed are kept.
const KEEP_REJECTED: TimeDelta = TimeDelta::days(90);
const ROWS_A_BATCH: i64 = 5_000;

/// The timers.
pub fn jobs(deps: &Dependencies) -> Vec<Job> {
    let (querying, refunding) = (deps.clone(), deps.clone());
    let purging = deps.clone();
    vec![
        Job::every("query_attempts", QUERY_PERIOD, move || {
            let deps = querying.clone();
            async move { query_attempts(&deps).await }
        }),
        Job::every("carry_out_refunds", REFUND_PERIOD, move || {
            let deps = refunding.clone();
            async move { carry_out_refunds(&deps).await }
        }),
        add_up_ledger_days(deps.db.clone()),
        match_settlements(deps.db.clone(), deps.clock.clone()),
        Job::every("purge_rejected_callbacks", PURGE_PERIOD, move || {
            let deps = purging.clone();
            async move { purge_rejected_callbacks(&deps).await }
        }),
    ]
}

/// Queries providers about attempts that are due; several processes may do it at once.
async fn query_attempts(deps: &Dependencies) -> anyhow::Result<()> {
    let next = || async {
        let now = deps.clock.now();
        let mut tx = deps.db.system("query attempts").await?;
        let due = store::attempts::take_due(&mut tx, now, now + LEASE).await?;
        tx.commit().await?;
        Ok(due)
    };
    let mut run = JobRun::default();
    let work = |org, id| {
        let renew = move |lease_end| async move {
            let mut tx = deps.db.tenant(org).await?;
            store::attempts::renew_lease(&mut tx, id, lease_end).await?;
            anyhow::Ok(tx.commit().await?)
        };
        under_lease(&*deps.clock, renew, query_attempt::query_now(deps, org, id))
    };
    run.run_concurrently(LIMITS, next, work).await?;
    run.end()
}

/// Carries out refunds that are due; several processes may do it at once.
async fn carry_out_refunds(deps: &Dependencies) -> anyhow::Result<()> {
    let next = || async {
        let now = deps.clock.now();
        let mut tx = deps.db.system("carry out refunds").await?;
        let due = store::refunds::take_due(&mut tx, now, now + LEASE).await?;
        tx.commit().await?;
        Ok(due)
    };
    let mut run = JobRun::default();
    let work = |org, id| {
        let renew = move |lease_end| async move {
            let mut tx = deps.db.tenant(org).await?;
            store::refunds::renew_lease(&mut tx, id, lease_end).await?;
            anyhow::Ok(tx.commit().await?)
        };
        under_lease(&*deps.clock, renew, refunds::carry_out(deps, org, id))
    };
    run.run_concurrently(LIMITS, next, work).await?;
    run.end()
}

/// Does `work` and renews the lease of what it is about until it is done. Both advance side by side: `work`
/// may hold the row that is renewed.
async fn under_lease<T, Renewed>(
    clock: &dyn Clock,
    renew: impl Fn(DateTime<Utc>) -> Renewed,
    work: impl Future<Output = T>,
) -> T
where
    Renewed: Future<Output = anyhow::Result<()>>,
{
    tokio::select! {
        done = work => done,
        never = keep_renewing(clock, renew) => match never {},
    }
}

async fn keep_renewing<Renewed>(
    clock: &dyn Clock,
    renew: impl Fn(DateTime<Utc>) -> Renewed,
) -> Infallible
where
    Renewed: Future<Output = anyhow::Result<()>>,
{
    loop {
        tokio::time::sleep(RENEWAL).await;
        if let Err(error) = renew(clock.now() + LEASE).await {
            tracing::warn!(error = format!("{error:#}"), "a lease was not renewed");
        }
    }
}

/// Adds what was booked since to the totals of its days.
pub fn add_up_ledger_days(db: Db) -> Job {
    Job::every("add_up_ledger_days", TOTALS_PERIOD, move || {
        let db = db.clone();
        async move {
            db.in_batches("add up the days of ledgers", ROWS_A_BATCH, |tx| {
                Box::pin(store::ledger_totals::add_pending(tx, ROWS_A_BATCH))
            })
            .await?;
            Ok(())
        }
    })
}

/// Matches rows of settlements again that were recorded late or not yet.
pub fn match_settlements(db: Db, clock: SharedClock) -> Job {
    Job::every("match_settlements", MATCH_PERIOD, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            let since = clock.now() - MATCH_FOR;
            let mut tx = db.system("find settlements to match again").await?;
            let found = store::settlement_rows::list_to_match_again(&mut tx, since).await?;
            tx.commit().await?;
            let mut run = JobRun::default();
            for (org, id) in found {
                run.run(org, settlements::match_in_time(&db, &*clock, org, id))
                    .await;
            }
            run.end()
        }
    })
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use chassis::clock::ManualClock;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_renewed_before_it_ends_while_work_is_under_way() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let (renewals, expected_end) = (AtomicU32::new(0), DateTime::UNIX_EPOCH + LEASE);
        let renew = |lease_end| {
            assert_eq!(lease_end, expected_end);
            let number = renewals.fetch_add(1, Ordering::SeqCst);
            // The next renewal still comes in time after one that failed.
            async move {
                anyhow::ensure!(number != 0, "no database");
                Ok(())
            }
        };
        let work = async {
            tokio::time::sleep(RENEWAL * 3 + RENEWAL / 2).await;
            7
        };
        assert_eq!(under_lease(&clock, renew, work).await, 7);
        assert_eq!(renewals.load(Ordering::SeqCst), 3);
        assert!(TimeDelta::from_std(RENEWAL * 2).unwrap() < LEASE);
    }
}
