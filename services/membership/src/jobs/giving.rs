//! Coupons that rules give.

use std::time::Duration;

use chassis::{
    error::Problem,
    job::{Job, JobRun},
};

use crate::{
    app::{Dependencies, giving::give},
    store,
};

const PERIOD: Duration = Duration::from_secs(2);
/// Rules at the same time.
const AT_ONCE: usize = 4;

/// The timers of given coupons.
pub(super) fn jobs(deps: &Dependencies) -> Vec<Job> {
    let (due, rounds) = (deps.clone(), deps.clone());
    vec![
        Job::every("give_due_coupons", PERIOD, move || {
            let deps = due.clone();
            async move { give_due(&deps).await }
        }),
        Job::every("give_coupons_in_rounds", PERIOD, move || {
            let deps = rounds.clone();
            async move { go_rounds(&deps).await }
        }),
    ]
}

/// Gives coupons to members to whom something happened.
async fn give_due(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let mut tx = deps.db.system("give due coupons").await?;
    let rules = store::giving::rules_with_due(&mut tx, now).await?;
    tx.commit().await?;
    let mut run = JobRun::default();
    run.run_listed(AT_ONCE, rules, |org, rule| async move {
        loop {
            let mut tx = deps.db.tenant(org).await?;
            let has_more = give::give_due(&mut tx, &*deps.clock, rule).await?;
            tx.commit().await?;
            if !has_more {
                return Ok::<_, Problem>(());
            }
        }
    })
    .await?;
    run.end()
}

/// Goes on with rounds over members; several processes may do it at once.
async fn go_rounds(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let mut tx = deps.db.system("give coupons in rounds").await?;
    let rules = store::giving::rules_with_round(&mut tx, now).await?;
    tx.commit().await?;
    let mut run = JobRun::default();
    run.run_listed(AT_ONCE, rules, |org, rule| async move {
        loop {
            let mut tx = deps.db.tenant(org).await?;
            let has_more = give::go_round(&mut tx, &*deps.clock, rule).await?;
            tx.commit().await?;
            if !has_more {
                return Ok::<_, Problem>(());
            }
        }
    })
    .await?;
    run.end()
}
