//! Lets hours whose time has come be heard of: they count by themselves, the storefronts must be told.

use anyhow::Context as _;
use chassis::id::{BranchId, OrganisationId};

use super::{Core, announce::announce, error::Error};
use crate::{domain::notice::Notice, store};

const BRANCHES_A_TURN: i64 = 500;

/// Announces every branch whose hours have changed since it was last asked; several processes may do it at
/// once.
pub async fn announce_hours(core: &Core) -> anyhow::Result<()> {
    loop {
        let mut tx = core.db.system("announce hours").await?;
        let now = core.clock.now();
        let found = store::hours::list_unannounced(&mut tx, now, BRANCHES_A_TURN).await?;
        tx.rollback().await?;
        for &(org, branch_id) in &found {
            announce_branch(core, org, branch_id)
                .await
                .with_context(|| format!("announce the hours of branch {branch_id}"))?;
        }
        if i64::try_from(found.len())? < BRANCHES_A_TURN {
            return Ok(());
        }
    }
}

async fn announce_branch(
    core: &Core,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<(), Error> {
    let mut tx = core.db.tenant(org).await?;
    let Some(branch) = store::branches::lock(&mut tx, branch_id).await? else {
        return Err(Error::BranchUnknown);
    };
    let now = core.clock.now();
    if !store::hours::mark_announced(&mut tx, branch_id, now).await? {
        // Another process was quicker.
        return Ok(());
    }
    let parts = core.schedules.parts(&mut tx, &branch).await?;
    if let Some(version) = parts.hours.in_force(now) {
        store::hours::follow(&mut tx, branch_id, version).await?;
    }
    announce(core, &mut tx, branch_id, &Notice::hours()).await?;
    tx.commit().await?;
    core.availabilities.forget(org, branch_id);
    Ok(())
}
