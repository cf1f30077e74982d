//! Branches as catalog publishes them.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId},
};

/// A branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Id.
    pub id: BranchId,
    /// Brand.
    pub brand: BrandId,
    /// Version in catalog.
    pub version: i64,
}

/// Stores a branch; an older version changes nothing.
pub async fn upsert(tx: &mut TenantTx, branch: &Branch) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO branches (org_id, branch_id, brand_id, version)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, branch_id) DO UPDATE
         SET brand_id = excluded.brand_id, version = excluded.version
         WHERE branches.version < excluded.version",
        tx.org().as_uuid(),
        branch.id.as_uuid(),
        branch.brand.as_uuid(),
        branch.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The brand of a branch.
pub async fn find_brand(
    tx: &mut TenantTx,
    branch: BranchId,
) -> Result<Option<BrandId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT brand_id AS "brand_id: BrandId"
         FROM branches
         WHERE org_id = $1 AND branch_id = $2"#,
        tx.org().as_uuid(),
        branch.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Whether the organisation has a branch of this brand.
pub async fn has_brand(tx: &mut TenantTx, brand: BrandId) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM branches WHERE org_id = $1 AND brand_id = $2
         ) AS "found!""#,
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Brands that have a branch.
pub async fn list_brands(tx: &mut TenantTx) -> Result<Vec<BrandId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT DISTINCT brand_id AS "brand_id: BrandId"
         FROM branches
         WHERE org_id = $1
         ORDER BY brand_id"#,
        tx.org().as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}
