//! Lets hours whose time has come be heard of: they count by themselves, the storefronts must be told.

use chassis::{
    id::{BranchId, OrganisationId},
    job::JobRun,
};

use crate::{
    app::{Core, availability::announce::announce, error::Error},
    domain::availability::notice::Notice,
    store,
};

/// As many branches of a tenant as one turn announces.
const BRANCHES_A_TURN: i64 = 500;

/// Announces every branch whose hours have changed since it was last asked; several processes may do it at
/// once.
pub async fn announce_hours(core: &Core) -> anyhow::Result<()> {
    let mut tx = core.db.system("announce hours").await?;
    let now = core.clock.now();
    let found = store::hours::list_unannounced(&mut tx, now, BRANCHES_A_TURN).await?;
    tx.rollback().await?;
    let mut run = JobRun::default();
    for (org, branch_id) in found {
        run.run(org, announce_branch(core, org, branch_id)).await;
    }
    run.end()
}

async fn announce_branch(
    core: &Core,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<(), Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = store::branches::lock(&mut tx, branch_id).await?;
    branch.ok_or(Error::BranchUnknown)?;
    let now = core.clock.now();
    if !store::hours::mark_announced(&mut tx, branch_id, now).await? {
        // Another process was quicker.
        return Ok(());
    }
    announce(core, &mut tx, branch_id, &Notice::hours()).await?;
    tx.commit().await?;
    core.availabilities.forget(org, branch_id);
    Ok(())
}
