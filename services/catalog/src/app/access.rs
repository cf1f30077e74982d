//! Whether a caller may touch a brand or branch. What is not in the caller's organisation is
//! `NOT_FOUND`; what is there but outside the caller's scope is `OUT_OF_SCOPE`.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::Problem,
    id::{BranchId, BrandId},
};

use crate::{
    domain::{Error, branch::Branch, branch::State, brand::Brand},
    store,
};

/// Locks a brand to change it or its catalogue; the caller needs the whole brand.
pub async fn lock_brand(
    tx: &mut TenantTx,
    identity: &Identity,
    brand: BrandId,
) -> Result<Brand, Problem> {
    let brand = store::brands::lock(tx, brand).await?;
    identity.require_brand(brand.id)?;
    Ok(brand)
}

/// Finds a brand to look at; one of its branches in scope is enough, for a branch sells what the
/// brand has.
pub async fn view_brand(
    tx: &mut TenantTx,
    identity: &Identity,
    brand: BrandId,
) -> Result<Brand, Problem> {
    let brand = store::brands::find(tx, brand)
        .await?
        .ok_or(Error::NotFound("brand"))?;
    let whole = identity.require_brand(brand.id);
    if whole.is_err() {
        let branches = store::branches::list(tx, Some(brand.id)).await?;
        if !branches
            .iter()
            .any(|branch| identity.scope.branches.contains(&branch.id))
        {
            whole?;
        }
    }
    Ok(brand)
}

/// Gets a branch the caller may touch.
pub async fn branch(
    tx: &mut TenantTx,
    identity: &Identity,
    branch: BranchId,
) -> Result<Branch, Problem> {
    let branch = store::branches::find(tx, branch)
        .await?
        .ok_or(Error::NotFound("branch"))?;
    identity.require_branch(branch.brand_id, branch.id)?;
    Ok(branch)
}

/// Gets the branches of `brand` a publication concerns: those named, or, when none is, all that
/// are not closed. Naming none needs the whole brand: nobody means all and publishes a part.
pub async fn branches(
    tx: &mut TenantTx,
    identity: &Identity,
    brand: BrandId,
    named: &[BranchId],
) -> Result<Vec<Branch>, Problem> {
    let all = store::branches::list(tx, Some(brand)).await?;
    if named.is_empty() {
        identity.require_brand(brand)?;
        let mut found = all;
        found.retain(|branch| branch.details.state != State::Closed);
        return Ok(found);
    }
    if named
        .iter()
        .any(|id| all.iter().all(|branch| branch.id != *id))
    {
        return Err(Error::NotFound("branch").into());
    }
    for id in named {
        identity.require_branch(brand, *id)?;
    }
    Ok(all
        .into_iter()
        .filter(|branch| named.contains(&branch.id))
        .collect())
}
