//! Which programmes a caller may see and change.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, Problem},
    id::BrandId,
};

use crate::store;

/// Refuses callers who work in single branches alone: what is the whole organisation's is changed with the scope of
/// the organisation or of a brand.
pub fn require_wide(identity: &Identity) -> Result<(), Problem> {
    if identity.scope.organisation || !identity.scope.brands.is_empty() {
        return Ok(());
    }
    Err(Problem::new(CommonReason::OutOfScope)
        .message("needs the scope of the organisation or of a brand"))
}

/// Refuses a programme outside the caller's scope: one of a brand needs the brand, one of the organisation all of it.
pub fn require_programme(identity: &Identity, brand: Option<BrandId>) -> Result<(), Problem> {
    match brand {
        Some(brand) => identity.require_brand(brand),
        None => identity.require_org_scope(),
    }
}

/// Whether a programme concerns a branch of the caller.
pub async fn sees_programme(
    tx: &mut TenantTx,
    identity: &Identity,
    brand: Option<BrandId>,
) -> Result<bool, Problem> {
    let Some(brand) = brand else {
        return Ok(true);
    };
    if identity.scope.allows_brand(brand) {
        return Ok(true);
    }
    for &branch in &identity.scope.branches {
        if store::branches::find_brand(tx, branch).await? == Some(brand) {
            return Ok(true);
        }
    }
    Ok(false)
}
