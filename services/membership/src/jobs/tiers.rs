//! Versions of tiers that take effect, and the daily run.

use std::time::Duration;

use chassis::{
    error::Problem,
    job::{Job, JobRun},
};

use crate::{
    app::{
        Dependencies,
        tiers::run::{self, MEMBERS_A_BATCH},
    },
    store::tiers::{members, programmes},
};

const PERIOD: Duration = Duration::from_secs(3);

/// The timers of tiers.
pub fn jobs(deps: &Dependencies) -> Vec<Job> {
    let (applying, judging) = (deps.clone(), deps.clone());
    vec![
        Job::every("apply_tier_versions", PERIOD, move || {
            let deps = applying.clone();
            async move { apply_versions(&deps).await }
        }),
        Job::every("judge_tiers", PERIOD, move || {
            let deps = judging.clone();
            async move { judge(&deps).await }
        }),
    ]
}

async fn apply_versions(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let mut turn = JobRun::default();
    let mut tx = deps.db.system("apply tier versions").await?;
    let versions = programmes::list_to_apply(&mut tx, now).await?;
    tx.commit().await?;
    for version in versions {
        let work = async {
            let mut tx = deps.db.tenant(version.org).await?;
            run::apply_version(&mut tx, version.programme, version.version, now).await?;
            tx.commit().await?;
            Ok::<_, Problem>(())
        };
        turn.run(version.org, work).await;
    }
    turn.end()
}

/// Judges everybody who is due; several processes may do it at once.
async fn judge(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let mut turn = JobRun::default();
    let mut tx = deps.db.system("judge tiers").await?;
    let due = members::programmes_with_due(&mut tx, now).await?;
    tx.commit().await?;
    for (org, programme) in due {
        let work = async {
            loop {
                let mut tx = deps.db.tenant(org).await?;
                let judged = run::judge_due(&mut tx, programme, now).await?;
                tx.commit().await?;
                if i64::try_from(judged).unwrap_or(0) < MEMBERS_A_BATCH {
                    return Ok::<_, Problem>(());
                }
            }
        };
        turn.run(org, work).await;
    }
    turn.end()
}
