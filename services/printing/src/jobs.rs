//! Timers: attempts that are over, jobs that are too old or move to substitutes, devices that fell silent, copies of
//! orders that are missing, and old rows.

use std::{sync::Arc, time::Duration};

use chassis::{
    db::SystemTx,
    error::Problem,
    id::{DeviceId, OrganisationId, PrintJobId},
    job::{Job, JobRun},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;

use crate::{
    app::{
        Dependencies,
        dispatch::{self, DeviceKey},
        fallback, order_events, settle,
    },
    domain::job::{MOVE_AFTER, Reason, State},
    store,
};

const SECOND: Duration = Duration::from_secs(1);
const PURGE_PERIOD: Duration = Duration::from_secs(60 * 60);
/// Rows of one turn.
const A_TURN: i64 = 200;
const ROWS_A_BATCH: i64 = 2_000;
/// How long jobs and copies of closed orders are kept.
const KEEP: TimeDelta = TimeDelta::days(30);
/// When the copy of an order is asked for again that ordering could not give.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// The timers.
pub fn jobs(deps: &Dependencies) -> Vec<Job> {
    vec![
        settle_attempts(deps),
        expire_jobs(deps),
        move_jobs(deps),
        note_silent_devices(deps),
        wake_devices(deps),
        fetch_orders(deps),
        purge(deps),
    ]
}

/// What a turn takes out of the database.
type Take<T> = for<'t> fn(
    &'t mut SystemTx,
    DateTime<Utc>,
) -> BoxFuture<'t, Result<Vec<(OrganisationId, T)>, Problem>>;

/// A job whose turn takes some rows and works on each, whose failure leaves the others alone.
fn each<T, Work, Fut>(deps: &Dependencies, name: &'static str, take: Take<T>, work: Work) -> Job
where
    T: Send + 'static,
    Work: Fn(Dependencies, OrganisationId, T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Problem>> + Send,
{
    let (deps, work) = (deps.clone(), Arc::new(work));
    Job::every(name, SECOND, move || {
        let (deps, work) = (deps.clone(), work.clone());
        async move {
            let mut tx = deps.db.system(name).await?;
            let found = take(&mut tx, deps.clock.now()).await?;
            tx.commit().await?;
            let mut run = JobRun::default();
            for (org, row) in found {
                run.run(org, work(deps.clone(), org, row)).await;
            }
            run.end()
        }
    })
}

/// Settles jobs whose attempt, or time to be given back, is over.
fn settle_attempts(deps: &Dependencies) -> Job {
    let take: Take<PrintJobId> = |tx, now| {
        Box::pin(async move { Ok(store::due_print_jobs::list_overdue(tx, now, A_TURN).await?) })
    };
    each(
        deps,
        "settle_print_attempts",
        take,
        |deps, org, job| async move { dispatch::settle_overdue(&deps, org, job).await },
    )
}

/// Ends jobs that waited longer than they may.
fn expire_jobs(deps: &Dependencies) -> Job {
    let take: Take<PrintJobId> = |tx, now| {
        Box::pin(async move { Ok(store::due_print_jobs::list_expired(tx, now, A_TURN).await?) })
    };
    each(
        deps,
        "expire_print_jobs",
        take,
        |deps, org, id| async move {
            let mut tx = deps.db.tenant(org).await?;
            let now = deps.clock.now();
            let Some(mut job) = settle::lock(&mut tx, id).await? else {
                return Ok(());
            };
            if job.state == State::Queued && job.expires_at <= now {
                job.expire(Reason::TooOld, now);
                settle::store(&deps, &mut tx, &job, State::Queued).await?;
                tx.commit().await?;
            }
            Ok(())
        },
    )
}

/// Moves jobs of devices that are away to substitutes.
fn move_jobs(deps: &Dependencies) -> Job {
    let take: Take<PrintJobId> = |tx, now| {
        Box::pin(async move {
            Ok(store::due_print_jobs::list_to_move(tx, now - MOVE_AFTER, A_TURN).await?)
        })
    };
    each(deps, "move_print_jobs", take, |deps, org, job| async move {
        fallback::move_waiting(&deps, org, job).await
    })
}

/// Notes that nothing was heard of devices for too long.
fn note_silent_devices(deps: &Dependencies) -> Job {
    let take: Take<DeviceId> = |tx, now| {
        Box::pin(async move { Ok(store::device_states::list_silent(tx, now, A_TURN).await?) })
    };
    each(
        deps,
        "note_silent_devices",
        take,
        |deps, org, device| async move {
            dispatch::device_silent(&deps, DeviceKey { org, device }).await
        },
    )
}

/// Wakes whoever serves a device whose next try has become due; each replica its own.
fn wake_devices(deps: &Dependencies) -> Job {
    let take: Take<DeviceId> = |tx, now| {
        Box::pin(async move { Ok(store::due_print_jobs::list_due_again(tx, now, A_TURN).await?) })
    };
    each(deps, "wake_devices", take, |deps, _, device| async move {
        deps.wakes.wake(device);
        Ok(())
    })
}

/// Fetches copies of orders whose branch got its first print point later, and prints their steps.
fn fetch_orders(deps: &Dependencies) -> Job {
    let take: Take<chassis::id::OrderId> = |tx, now| {
        Box::pin(async move {
            let retry = now + ASK_AGAIN;
            let mut found = store::orders::take_missing(tx, now, retry, A_TURN).await?;
            found.sort_unstable();
            found.dedup();
            Ok(found)
        })
    };
    each(
        deps,
        "fetch_orders_to_print",
        take,
        |deps, org, order| async move { order_events::fetch(&deps, org, order).await.map(|_| ()) },
    )
}

/// Deletes jobs and copies of orders that nobody looks at any more.
fn purge(deps: &Dependencies) -> Job {
    let deps = deps.clone();
    Job::every("purge_print_jobs", PURGE_PERIOD, move || {
        let deps = deps.clone();
        async move {
            let before = deps.clock.now() - KEEP;
            deps.db
                .in_batches("purge print jobs", ROWS_A_BATCH, |tx| {
                    Box::pin(store::due_print_jobs::purge(tx, before, ROWS_A_BATCH))
                })
                .await?;
            deps.db
                .in_batches("purge copies of orders", ROWS_A_BATCH, |tx| {
                    Box::pin(store::orders::purge(tx, before, ROWS_A_BATCH))
                })
                .await?;
            Ok(())
        }
    })
}
