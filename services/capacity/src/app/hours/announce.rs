//! Announces hours that have taken effect: they apply by themselves, the storefronts must be notified.

use chassis::{
    id::{BranchId, OrganisationId},
    job::JobRun,
};

use crate::{
    app::{Dependencies, availability::publish::publish_changes, error::Error},
    domain::availability::changes::VisibleChanges,
    store,
};

/// As many branches of a tenant as one turn announces.
const BRANCHES_A_TURN: i64 = 500;

/// Announces every branch whose hours have taken effect since the last run; several processes may do it at
/// once.
pub async fn announce_hours(deps: &Dependencies) -> anyhow::Result<()> {
    let mut tx = deps.db.system("announce hours").await?;
    let now = deps.clock.now();
    let found = store::hours::list_unannounced(&mut tx, now, BRANCHES_A_TURN).await?;
    tx.rollback().await?;
    let mut run = JobRun::default();
    for (org, branch_id) in found {
        run.run(org, announce_branch(deps, org, branch_id)).await;
    }
    run.end()
}

async fn announce_branch(
    deps: &Dependencies,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<(), Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = store::branches::lock(&mut tx, branch_id).await?;
    branch.ok_or(Error::BranchUnknown)?;
    let now = deps.clock.now();
    if !store::hours::mark_announced(&mut tx, branch_id, now).await? {
        // Another process was quicker.
        return Ok(());
    }
    publish_changes(deps, &mut tx, branch_id, &VisibleChanges::hours()).await?;
    tx.commit().await?;
    deps.availabilities.forget(org, branch_id);
    Ok(())
}
