//! Brands and branches as catalog publishes them.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId},
};

use crate::domain::settings::BranchSettings;

/// A brand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// Id.
    pub id: BrandId,
    /// Name.
    pub name: String,
    /// In the address of its storefronts.
    pub slug: String,
    /// Version in catalog.
    pub version: i64,
}

/// A branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Id.
    pub id: BranchId,
    /// Brand.
    pub brand: BrandId,
    /// Name.
    pub name: String,
    /// In the address of its storefront.
    pub slug: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Version in catalog.
    pub version: i64,
}

/// Stores a brand; an older version changes nothing.
pub async fn upsert_brand(tx: &mut TenantTx, brand: &Brand) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO brands (org_id, brand_id, name, slug, version)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (org_id, brand_id) DO UPDATE
         SET name = excluded.name, slug = excluded.slug, version = excluded.version
         WHERE brands.version < excluded.version",
        tx.org().as_uuid(),
        brand.id.as_uuid(),
        brand.name,
        brand.slug,
        brand.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores a branch; an older version changes nothing.
pub async fn upsert(tx: &mut TenantTx, branch: &Branch) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO branches (org_id, branch_id, brand_id, name, slug, time_zone, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (org_id, branch_id) DO UPDATE
         SET brand_id = excluded.brand_id, name = excluded.name, slug = excluded.slug,
             time_zone = excluded.time_zone, version = excluded.version
         WHERE branches.version < excluded.version",
        tx.org().as_uuid(),
        branch.id.as_uuid(),
        branch.brand.as_uuid(),
        branch.name,
        branch.slug,
        branch.time_zone,
        branch.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Finds a branch.
pub async fn find(tx: &mut TenantTx, branch: BranchId) -> Result<Option<Branch>, StoreError> {
    let found = sqlx::query_as!(
        Branch,
        r#"SELECT
             branch_id AS "id: BranchId",
             brand_id AS "brand: BrandId",
             name,
             slug,
             time_zone,
             version
         FROM branches
         WHERE org_id = $1 AND branch_id = $2"#,
        tx.org().as_uuid(),
        branch.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Finds a brand; `None` while catalog has not said anything of it.
pub async fn find_brand(tx: &mut TenantTx, brand: BrandId) -> Result<Option<Brand>, StoreError> {
    let found = sqlx::query_as!(
        Brand,
        r#"SELECT brand_id AS "id: BrandId", name, slug, version
         FROM brands
         WHERE org_id = $1 AND brand_id = $2"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Whether the organisation has a brand.
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

/// The branches of a brand.
pub async fn list_of_brand(tx: &mut TenantTx, brand: BrandId) -> Result<Vec<BranchId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT branch_id AS "branch: BranchId"
         FROM branches
         WHERE org_id = $1 AND brand_id = $2
         ORDER BY branch_id"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Keeps others from counting what a branch has until the transaction ends.
pub async fn lock(tx: &mut TenantTx, branch: BranchId) -> Result<(), StoreError> {
    sqlx::query!(
        "SELECT branch_id FROM branches WHERE org_id = $1 AND branch_id = $2 FOR UPDATE",
        tx.org().as_uuid(),
        branch.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(())
}

/// What holds for all printing of some branches; the defaults where nothing was saved.
pub async fn list_settings(
    tx: &mut TenantTx,
    branches: &[BranchId],
) -> Result<Vec<(BranchId, BranchSettings)>, StoreError> {
    let ids: Vec<_> = branches.iter().map(BranchId::as_uuid).collect();
    let rows = sqlx::query!(
        r#"SELECT
             branch_id AS "branch: BranchId",
             accepts_after_printing,
             keep_minutes,
             version
         FROM branch_settings
         WHERE org_id = $1 AND branch_id = ANY($2)"#,
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let saved = rows.into_iter().map(|row| {
        let settings = BranchSettings {
            accepts_after_printing: row.accepts_after_printing,
            keep_minutes: row.keep_minutes,
            version: row.version,
        };
        (row.branch, settings)
    });
    let saved: std::collections::BTreeMap<_, _> = saved.collect();
    Ok(branches
        .iter()
        .map(|branch| (*branch, saved.get(branch).copied().unwrap_or_default()))
        .collect())
}

/// What holds for all printing of a branch.
pub async fn settings(tx: &mut TenantTx, branch: BranchId) -> Result<BranchSettings, StoreError> {
    let found = list_settings(tx, &[branch]).await?;
    Ok(found.first().map(|(_, found)| *found).unwrap_or_default())
}

/// Stores the settings of a branch whose row is locked.
pub async fn save_settings(
    tx: &mut TenantTx,
    branch: BranchId,
    settings: &BranchSettings,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO branch_settings (
             org_id, branch_id, accepts_after_printing, keep_minutes, version
         )
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (org_id, branch_id) DO UPDATE
         SET accepts_after_printing = excluded.accepts_after_printing,
             keep_minutes = excluded.keep_minutes, version = excluded.version",
        tx.org().as_uuid(),
        branch.as_uuid(),
        settings.accepts_after_printing,
        settings.keep_minutes,
        settings.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
