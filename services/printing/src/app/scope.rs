//! Branches and brands that a caller may touch. What lies in another organisation does not exist.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::Problem,
    id::{BranchId, BrandId},
};

use crate::store::{self, branches::Branch};

/// A branch that the caller may touch.
pub async fn branch(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BranchId,
) -> Result<Branch, Problem> {
    let found = store::branches::find(tx, id).await?;
    let branch = found.ok_or_else(|| Problem::not_found("branch"))?;
    identity.require_branch(branch.brand, branch.id)?;
    Ok(branch)
}

/// A brand that the caller may touch as a whole.
pub async fn brand(tx: &mut TenantTx, identity: &Identity, id: BrandId) -> Result<(), Problem> {
    if !store::branches::has_brand(tx, id).await? {
        return Err(Problem::not_found("brand"));
    }
    identity.require_brand(id)
}

/// A brand of which the caller may touch anything: as a whole, or one of its branches.
pub async fn any_of_brand(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BrandId,
) -> Result<(), Problem> {
    let branches = store::branches::list_of_brand(tx, id).await?;
    if branches.is_empty() {
        return Err(Problem::not_found("brand"));
    }
    let may = |branch: &BranchId| identity.require_branch(id, *branch).is_ok();
    if branches.iter().any(may) {
        return Ok(());
    }
    identity.require_brand(id)
}
