//! Pauses that end by themselves, and branches that join those of their brand.

use std::collections::BTreeSet;

use chassis::{
    db::TenantTx,
    id::{BranchId, OrganisationId, SkuId},
};

use super::announce;
use crate::{
    app::{Core, error::Error},
    store::{self, branches::Branch},
};

/// Writes down what is over in branches of an organisation, and tells their storefronts.
///
/// Sales do not wait for it: a pause that is over meets nothing.
pub async fn end_due(
    core: &Core,
    org: OrganisationId,
    branch_ids: &BTreeSet<BranchId>,
) -> Result<(), Error> {
    let mut tx = core.db.tenant(org).await?;
    store::branches::lock_many(&mut tx, branch_ids).await?;
    let ended = store::pauses::end_due(&mut tx, branch_ids, core.clock.now()).await?;
    announce(core, &mut tx, &ended).await?;
    tx.commit().await?;
    for branch_id in ended {
        core.availabilities.forget(org, branch_id);
    }
    Ok(())
}

/// Ends the pauses of a locked branch that waited for these units.
pub async fn restocked(
    core: &Core,
    tx: &mut TenantTx,
    branch_id: BranchId,
    sku_ids: &BTreeSet<SkuId>,
) -> Result<(), Error> {
    let now = core.clock.now();
    if store::pauses::end_waiting(tx, branch_id, sku_ids, now).await? {
        announce(core, tx, &[branch_id].into()).await?;
    }
    Ok(())
}

/// Adds a branch just heard of to the pauses of its whole brand, so that a recall holds in it too.
pub async fn join_brand(core: &Core, tx: &mut TenantTx, branch: &Branch) -> Result<(), Error> {
    if store::pauses::join_brand(tx, branch.brand_id, branch.branch_id).await? {
        announce(core, tx, &[branch.branch_id].into()).await?;
    }
    Ok(())
}
