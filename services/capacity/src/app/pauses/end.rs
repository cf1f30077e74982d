//! Pauses that end by themselves, and branches that join those of their brand.

use std::collections::BTreeSet;

use chassis::{
    db::TenantTx,
    id::{BranchId, OrganisationId},
};

use crate::{
    app::{Dependencies, availability::publish::publish_pauses, error::Error},
    store::{self, branches::Branch},
};

/// Ends the pauses that are over in branches of an organisation, and notifies their storefronts.
///
/// Sales do not wait for it: a pause that is over pauses nothing.
pub async fn end_due(
    deps: &Dependencies,
    org: OrganisationId,
    branch_ids: &BTreeSet<BranchId>,
) -> Result<(), Error> {
    let mut tx = deps.db.tenant(org).await?;
    store::branches::lock_many(&mut tx, branch_ids).await?;
    let ended = store::pauses::end_due(&mut tx, branch_ids, deps.clock.now()).await?;
    publish_pauses(deps, &mut tx, &ended).await?;
    tx.commit().await?;
    for branch_id in ended {
        deps.availabilities.forget(org, branch_id);
    }
    Ok(())
}

/// Adds a new branch to the pauses of its whole brand, so that a recall holds in it too.
pub async fn join_brand(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
) -> Result<(), Error> {
    if store::pauses::join_brand(tx, branch.brand_id, branch.branch_id).await? {
        publish_pauses(deps, tx, &[branch.branch_id].into()).await?;
    }
    Ok(())
}
