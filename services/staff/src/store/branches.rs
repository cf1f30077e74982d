//! Table `branches`: which brand a branch belongs to, as catalog publishes it.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{BranchId, BrandId},
};
use uuid::Uuid;

/// A branch.
#[derive(Clone, Copy, Debug)]
pub struct Branch {
    /// Id.
    pub id: BranchId,
    /// Brand it belongs to.
    pub brand: BrandId,
    /// Version in catalog.
    pub version: i64,
}

/// Keeps what catalog says of a branch; an older version changes nothing.
pub async fn upsert(tx: &mut TenantTx, branch: &Branch) -> Result<(), Problem> {
    sqlx::query!(
        r#"
        INSERT INTO branches AS known (org_id, branch_id, brand_id, version)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (org_id, branch_id) DO UPDATE
        SET brand_id = excluded.brand_id,
            version = excluded.version
        WHERE known.version < excluded.version
        "#,
        tx.org().as_uuid(),
        branch.id.as_uuid(),
        branch.brand.as_uuid(),
        branch.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lists the branches of brands.
pub async fn list_of_brands(
    tx: &mut TenantTx,
    brands: impl IntoIterator<Item = &BrandId>,
) -> Result<Vec<BranchId>, Problem> {
    let brands: Vec<Uuid> = brands.into_iter().map(BrandId::as_uuid).collect();
    let found = sqlx::query_scalar!(
        "SELECT branch_id FROM branches WHERE org_id = $1 AND brand_id = ANY($2)",
        tx.org().as_uuid(),
        &brands,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found.into_iter().map(BranchId::from_uuid).collect())
}
