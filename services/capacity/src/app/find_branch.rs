//! The branch a request names, and whether the caller may touch it.

use chassis::{authn::Identity, db::TenantTx, id::BranchId};

use super::error::Error;
use crate::store::{self, branches::Branch};

/// Finds the branch; one of another organisation is as unknown as one that never was.
pub async fn find_branch(
    tx: &mut TenantTx,
    identity: &Identity,
    branch_id: BranchId,
) -> Result<Branch, Error> {
    let branch = store::branches::find(tx, branch_id)
        .await?
        .ok_or(Error::BranchUnknown)?;
    identity.require_branch(branch.brand_id, branch_id)?;
    Ok(branch)
}

/// Finds the branch and locks it.
pub async fn lock_branch(
    tx: &mut TenantTx,
    identity: &Identity,
    branch_id: BranchId,
) -> Result<Branch, Error> {
    let branch = store::branches::lock(tx, branch_id)
        .await?
        .ok_or(Error::BranchUnknown)?;
    identity.require_branch(branch.brand_id, branch_id)?;
    Ok(branch)
}
