//! Brands and branches of the organisation, for the scope of staff and the places of rules.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId},
};

/// All brands, in the order of their ids.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<BrandId>, StoreError> {
    let brands = sqlx::query_scalar!(
        r#"SELECT DISTINCT brand_id AS "id: BrandId" FROM branches WHERE org_id = $1 ORDER BY 1"#,
        tx.org().as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(brands)
}

/// Branches with their brands; unknown ones are left out.
pub async fn of_branches(
    tx: &mut TenantTx,
    branches: &[BranchId],
) -> Result<Vec<(BranchId, BrandId)>, StoreError> {
    let ids: Vec<_> = branches.iter().map(BranchId::as_uuid).collect();
    let rows = sqlx::query!(
        r#"SELECT branch_id AS "branch: BranchId", brand_id AS "brand: BrandId"
         FROM branches
         WHERE org_id = $1 AND branch_id = ANY($2)"#,
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.branch, row.brand))
        .collect())
}
