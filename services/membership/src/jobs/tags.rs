//! Rounds of automatic tags.

use std::time::Duration;

use chassis::{
    error::Problem,
    job::{Job, JobRun},
};

use crate::{
    app::{Dependencies, tags::automatic},
    store,
};

const PERIOD: Duration = Duration::from_secs(3);
/// Tags at the same time.
const AT_ONCE: usize = 4;

/// The timers of automatic tags.
pub(super) fn jobs(deps: &Dependencies) -> Vec<Job> {
    let deps = deps.clone();
    vec![Job::every("apply_tag_rules", PERIOD, move || {
        let deps = deps.clone();
        async move { apply_rules(&deps).await }
    })]
}

/// Applies rules to all members whose round is due; several processes may do it at once.
async fn apply_rules(deps: &Dependencies) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let mut tx = deps.db.system("apply tag rules").await?;
    let tags = store::tags::rules::tags_with_round(&mut tx, now).await?;
    tx.commit().await?;
    let mut run = JobRun::default();
    run.run_listed(AT_ONCE, tags, |org, tag| async move {
        loop {
            let mut tx = deps.db.tenant(org).await?;
            let has_more = automatic::go_round(&mut tx, tag, now).await?;
            tx.commit().await?;
            if !has_more {
                return Ok::<_, Problem>(());
            }
        }
    })
    .await?;
    run.end()
}
