//! Points that are due, that end, and bonuses.

use std::{sync::Arc, time::Duration};

use chassis::{
    error::Problem,
    id::OrganisationId,
    job::{Job, JobRun},
};
use chrono::{NaiveDate, TimeDelta};
use tokio::sync::Mutex;

use crate::{
    app::{
        Dependencies,
        points::{
            adjustments, bonuses,
            expiry::{self, LOTS_A_BATCH, NOTICES},
            orders,
        },
    },
    domain::{calendar, points::entry::AccountKey},
    store::{self, points::accounts},
};

const PERIOD: Duration = Duration::from_secs(5);
const SLOW_PERIOD: Duration = Duration::from_secs(30);
/// Rows that one turn takes at a time.
const A_TURN: i64 = 500;
/// Of these as many at the same time.
const AT_ONCE: usize = 4;

/// The timers of points.
pub fn jobs(deps: &Dependencies) -> Vec<Job> {
    let job = |name, period, work: fn(Dependencies) -> BoxedRun| {
        let deps = deps.clone();
        Job::every(name, period, move || work(deps.clone()))
    };
    let awarded_on = Arc::new(Mutex::new(None));
    let daily_deps = deps.clone();
    vec![
        job("credit_points", PERIOD, |deps| {
            Box::pin(async move { credit_due(&deps).await }) as BoxedRun
        }),
        job("expire_points", PERIOD, |deps| {
            Box::pin(async move { expire(&deps).await }) as BoxedRun
        }),
        job("notify_of_expiring_points", SLOW_PERIOD, |deps| {
            Box::pin(async move { notify(&deps).await }) as BoxedRun
        }),
        job("award_join_bonuses", PERIOD, |deps| {
            Box::pin(async move { award_joined(&deps).await }) as BoxedRun
        }),
        job("expire_point_adjustments", SLOW_PERIOD, |deps| {
            Box::pin(async move { expire_adjustments(&deps).await }) as BoxedRun
        }),
        Job::every("award_daily_bonuses", SLOW_PERIOD, move || {
            let (deps, done) = (daily_deps.clone(), awarded_on.clone());
            async move { award_daily(&deps, &mut *done.lock().await).await }
        }),
    ]
}

type BoxedRun = std::pin::Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// Credits points that waited until now.
async fn credit_due(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let mut run = JobRun::default();
    let mut tx = deps.db.system("credit points").await?;
    let due = store::completed_orders::list_due(&mut tx, now, A_TURN).await?;
    tx.commit().await?;
    run.run_listed(AT_ONCE, due, |org, order| async move {
        let mut tx = deps.db.tenant(org).await?;
        orders::credit_due(&mut tx, order, now).await?;
        tx.commit().await?;
        Ok::<_, Problem>(())
    })
    .await?;
    run.end()
}

/// Ends points whose time has come.
async fn expire(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let mut run = JobRun::default();
    let mut tx = deps.db.system("expire points").await?;
    let ended = accounts::list_expired(&mut tx, now, A_TURN).await?;
    tx.commit().await?;
    run.run_listed(AT_ONCE, ended, |org, key: AccountKey| async move {
        let mut tx = deps.db.tenant(org).await?;
        expiry::expire(&mut tx, key, now).await?;
        tx.commit().await?;
        Ok::<_, Problem>(())
    })
    .await?;
    run.end()
}

/// Publishes that points end soon.
async fn notify(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let mut run = JobRun::default();
    for days in NOTICES {
        let until = now + TimeDelta::days(days.into());
        let mut tx = deps.db.system("notify of expiring points").await?;
        let orgs = accounts::orgs_with_expiring(&mut tx, now, until, days).await?;
        tx.commit().await?;
        for org in orgs {
            run.run(org, notify_org(deps, org, days)).await;
        }
    }
    run.end()
}

async fn notify_org(deps: &Dependencies, org: OrganisationId, days: i16) -> Result<(), Problem> {
    loop {
        let mut tx = deps.db.tenant(org).await?;
        let found = expiry::notify(&mut tx, &*deps.clock, days).await?;
        tx.commit().await?;
        if i64::try_from(found).unwrap_or(0) < LOTS_A_BATCH {
            return Ok(());
        }
    }
}

async fn orgs(deps: &Dependencies) -> anyhow::Result<Vec<OrganisationId>> {
    let mut tx = deps.db.system("organisations with points").await?;
    let orgs = store::points::members::orgs(&mut tx).await?;
    tx.commit().await?;
    Ok(orgs)
}

/// Awards the bonus of joining.
async fn award_joined(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let mut run = JobRun::default();
    for org in orgs(deps).await? {
        let work = async {
            let mut tx = deps.db.tenant(org).await?;
            bonuses::award_joined(&mut tx, now).await?;
            tx.commit().await?;
            Ok::<_, Problem>(())
        };
        run.run(org, work).await;
    }
    run.end()
}

/// Awards the bonuses of the month of birth and of a filled-in profile to whoever has none, once a day: a member may
/// have given the birthday since, and a programme the bonus.
async fn award_daily(deps: &Dependencies, done: &mut Option<NaiveDate>) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let today = calendar::date(now);
    if *done == Some(today) {
        return Ok(());
    }
    let mut run = JobRun::default();
    for org in orgs(deps).await? {
        let work = async {
            loop {
                let mut tx = deps.db.tenant(org).await?;
                let birthdays = bonuses::award_birthdays(&mut tx, now).await?;
                let profiles = bonuses::award_profiles(&mut tx, now).await?;
                tx.commit().await?;
                if !birthdays && !profiles {
                    return Ok::<_, Problem>(());
                }
            }
        };
        run.run(org, work).await;
    }
    run.end()?;
    *done = Some(today);
    Ok(())
}

/// Lets adjustments lapse that nobody decided.
async fn expire_adjustments(deps: &Dependencies) -> anyhow::Result<()> {
    let before = deps.clock.now() - adjustments::WAITS;
    deps.db
        .in_batches("expire point adjustments", A_TURN, |tx| {
            Box::pin(store::points::adjustments::expire(tx, before, A_TURN))
        })
        .await?;
    Ok(())
}
