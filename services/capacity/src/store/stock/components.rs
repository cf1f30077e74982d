//! Shared components of a brand.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BrandId, SkuId},
};
use serde::Serialize;

/// A component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Component {
    /// Brand.
    pub brand_id: BrandId,
    /// Unit.
    pub sku_id: SkuId,
    /// Name, unique among those of the brand that are not archived.
    pub name: String,
    /// Put away.
    pub archived: bool,
    /// Version.
    pub version: i64,
}

/// Selects components of the organisation, its first parameter.
macro_rules! select_components {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Component,
            r#"
            SELECT
                brand_id AS "brand_id: BrandId",
                sku_id AS "sku_id: SkuId",
                name,
                archived,
                version
            FROM components
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Lists the components of a brand that are not archived, by name.
pub async fn list(tx: &mut TenantTx, brand_id: BrandId) -> Result<Vec<Component>, StoreError> {
    let org = tx.org().as_uuid();
    select_components!(
        "AND brand_id = $2 AND NOT archived ORDER BY name",
        org,
        brand_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// Finds a component and keeps other transactions from changing it until the transaction ends.
pub async fn lock(
    tx: &mut TenantTx,
    brand_id: BrandId,
    sku_id: SkuId,
) -> Result<Option<Component>, StoreError> {
    let org = tx.org().as_uuid();
    select_components!(
        "AND brand_id = $2 AND sku_id = $3 FOR UPDATE",
        org,
        brand_id.as_uuid(),
        sku_id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// Keeps others from archiving these components until the transaction ends, and returns which of
/// them are there and not archived.
pub async fn share(
    tx: &mut TenantTx,
    brand_id: BrandId,
    sku_ids: &[SkuId],
) -> Result<Vec<SkuId>, StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query_scalar!(
        r#"
        SELECT sku_id AS "sku_id: SkuId"
        FROM components
        WHERE org_id = $1
          AND brand_id = $2
          AND sku_id = ANY($3)
          AND NOT archived
        ORDER BY sku_id
        FOR SHARE
        "#,
        org,
        brand_id.as_uuid(),
        sku_ids as &[SkuId],
    )
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// Keeps a component; a name that is taken violates `components_name`.
pub async fn upsert(tx: &mut TenantTx, component: &Component) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        INSERT INTO components (org_id, brand_id, sku_id, name, archived, version)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (org_id, brand_id, sku_id) DO UPDATE
        SET name = excluded.name,
            archived = excluded.archived,
            version = excluded.version
        "#,
        org,
        component.brand_id.as_uuid(),
        component.sku_id.as_uuid(),
        component.name,
        component.archived,
        component.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
