//! Timers.

use std::time::Duration;

use chassis::{
    clock::SharedClock,
    db::{Db, SystemTx},
    job::Job,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{FutureExt as _, future::BoxFuture};

use crate::{
    app::{Ordering, refunds::Refunds},
    store::{idempotency_keys, order_decisions, orders},
};

/// How long a repeated key returns its order.
const KEEP_KEYS: TimeDelta = TimeDelta::days(7);
/// How long staff can look up the outcome of decisions.
const KEEP_DECISIONS: TimeDelta = TimeDelta::days(90);
const KEEP_TEST_ORDERS: TimeDelta = TimeDelta::days(30);
const PURGE_PERIOD: Duration = Duration::from_secs(60 * 60);
/// A unit that an unpaid order holds can be sold again within a second of its expiry.
const EXPIRY_PERIOD: Duration = Duration::from_millis(500);
const RESCHEDULES_PERIOD: Duration = Duration::from_secs(1);
/// Staff waits for the money to be back.
const REFUNDS_PERIOD: Duration = Duration::from_millis(500);
/// Staff waits for the outcome of its decisions.
const DECISIONS_PERIOD: Duration = Duration::from_millis(500);
const BATCH: i64 = 1_000;

/// Deletes rows from before an instant, at most a batch; returns how many.
type Delete =
    for<'a> fn(&'a mut SystemTx, DateTime<Utc>) -> BoxFuture<'a, Result<u64, sqlx::Error>>;

/// All timers.
#[must_use]
pub fn jobs(app: &Ordering) -> Vec<Job> {
    let (db, clock) = (|| app.db.clone(), || app.clock.clone());
    vec![
        expire_unpaid_orders(app.clone()),
        finish_reschedules(app.clone()),
        carry_out_decisions(app.clone()),
        purge_idempotency_keys(db(), clock()),
        purge_decisions(db(), clock()),
        purge_test_orders(db(), clock()),
    ]
}

/// Deletes idempotency keys after seven days.
#[must_use]
pub fn purge_idempotency_keys(db: Db, clock: SharedClock) -> Job {
    purge(db, clock, "purge_idempotency_keys", KEEP_KEYS, |tx, at| {
        idempotency_keys::purge(tx, at, BATCH).boxed()
    })
}

/// Deletes decisions after ninety days.
#[must_use]
pub fn purge_decisions(db: Db, clock: SharedClock) -> Job {
    purge(db, clock, "purge_decisions", KEEP_DECISIONS, |tx, at| {
        order_decisions::purge(tx, at, BATCH).boxed()
    })
}

/// Deletes test orders with their lines and history after thirty days.
#[must_use]
pub fn purge_test_orders(db: Db, clock: SharedClock) -> Job {
    purge(
        db,
        clock,
        "purge_test_orders",
        KEEP_TEST_ORDERS,
        |tx, at| orders::purge_tests(tx, at, BATCH).boxed(),
    )
}

/// Ends orders that were not paid in time.
#[must_use]
pub fn expire_unpaid_orders(app: Ordering) -> Job {
    Job::every("expire_unpaid_orders", EXPIRY_PERIOD, move || {
        let app = app.clone();
        async move { app.expire_unpaid_orders().await }
    })
}

/// Continues interrupted reschedulings.
fn finish_reschedules(app: Ordering) -> Job {
    Job::every("finish_reschedules", RESCHEDULES_PERIOD, move || {
        let app = app.clone();
        async move { Ok(app.finish_reschedules().await?) }
    })
}

/// Carries out decisions about booked orders that were saved with a change of hours.
fn carry_out_decisions(app: Ordering) -> Job {
    Job::every("carry_out_decisions", DECISIONS_PERIOD, move || {
        let app = app.clone();
        async move { Ok(app.carry_out_decisions().await?) }
    })
}

/// Carries out refunds, step by step.
pub fn carry_out_refunds(refunds: Refunds) -> Job {
    Job::every("carry_out_refunds", REFUNDS_PERIOD, move || {
        let refunds = refunds.clone();
        async move { Ok(refunds.carry_out().await?) }
    })
}

/// Deletes what is older than `keep`, a batch a transaction.
fn purge(db: Db, clock: SharedClock, name: &'static str, keep: TimeDelta, delete: Delete) -> Job {
    Job::every(name, PURGE_PERIOD, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            let before = clock.now() - keep;
            db.in_batches(name, BATCH, |tx| delete(tx, before)).await?;
            Ok(())
        }
    })
}
