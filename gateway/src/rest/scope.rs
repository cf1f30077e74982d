//! Which brand a member of staff works with, for endpoints that then read its catalogue in the
//! gateway's own name: a role that counts stock or pauses sales need not open the catalogue itself.

use chassis::{authn::Level, error::Problem};
use proto::catalog::v1 as catalog;

use super::Result;
use crate::{auth::Staff, state::Gateway};

/// The brand of a branch. Refuses with `PERMISSION_DENIED` and, for a branch outside the scope, with
/// `NOT_FOUND`.
pub async fn brand_of_branch(
    gateway: &Gateway,
    staff: &Staff,
    permission: &str,
    branch_id: &str,
) -> Result<String> {
    let in_scope = in_scope(gateway, staff, permission).await?;
    let mut branches = in_scope.branches.into_iter();
    let branch = branches.find(|branch| branch.branch_id == branch_id);
    Ok(branch.ok_or_else(|| Problem::not_found("branch"))?.brand_id)
}

/// Refuses a brand as [`brand_of_branch`] refuses a branch.
pub async fn check_brand(
    gateway: &Gateway,
    staff: &Staff,
    permission: &str,
    brand_id: &str,
) -> Result<()> {
    let in_scope = in_scope(gateway, staff, permission).await?;
    let mut brands = in_scope.brands.iter();
    if !brands.any(|brand| brand.brand_id == brand_id) {
        return Err(Problem::not_found("brand").into());
    }
    Ok(())
}

async fn in_scope(
    gateway: &Gateway,
    staff: &Staff,
    permission: &str,
) -> Result<catalog::ListBrandsResponse> {
    staff.identity().require(permission, Level::View)?;
    let request = staff.request(catalog::ListBrandsRequest {});
    Ok(gateway.catalog().list_brands(request).await?.into_inner())
}
