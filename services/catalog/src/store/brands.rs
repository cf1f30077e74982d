//! Brands and their slugs.

use chassis::{
    clock::Clock,
    db::{StoreError, SystemTx, TenantTx},
    error::Problem,
    id::{BrandId, OrganisationId},
    money::Currency,
    snapshot::Key,
};
use uuid::Uuid;

use super::slugs;
use crate::domain::{
    Error,
    brand::{Brand, Details},
};

struct Row {
    brand_id: Uuid,
    slug: String,
    name: String,
    currency: String,
    accent: String,
    introduction: String,
    version: i64,
}

impl TryFrom<Row> for Brand {
    type Error = Problem;

    fn try_from(row: Row) -> Result<Self, Problem> {
        let currency: Currency = row
            .currency
            .parse()
            .map_err(|_| StoreError::inconsistent("brands", "currency", row.brand_id))?;
        Ok(Self {
            id: BrandId::from_uuid(row.brand_id),
            details: Details {
                slug: row.slug,
                name: row.name,
                currency,
                accent: row.accent,
                introduction: row.introduction,
            },
            version: row.version,
        })
    }
}

/// The keys of the brands of all organisations after `after`, in their order.
pub async fn list_keys(tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT org_id, brand_id
         FROM brands
         WHERE (org_id, brand_id) > ($1, $2)
         ORDER BY org_id, brand_id
         LIMIT $3",
        after.org.as_uuid(),
        after.id,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Key {
            org: OrganisationId::from_uuid(row.org_id),
            id: row.brand_id,
        })
        .collect())
}

/// Inserts a brand and its slug; refuses with `CODE_TAKEN` when any organisation has the slug.
pub async fn insert(tx: &mut TenantTx, brand: &Brand, clock: &dyn Clock) -> Result<(), Problem> {
    let org = tx.org().as_uuid();
    let details = &brand.details;
    sqlx::query!(
        "INSERT INTO brands
             (org_id, brand_id, slug, name, currency, accent, introduction, version,
              created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        org,
        brand.id.as_uuid(),
        details.slug,
        details.name,
        details.currency.as_str(),
        details.accent,
        details.introduction,
        brand.version,
        clock.now(),
    )
    .execute(&mut **tx)
    .await?;
    slugs::set_of_brand(tx, brand, clock).await
}

/// Stores a changed brand under its next version; `brand.version` is the one it was read at.
pub async fn update(tx: &mut TenantTx, brand: &Brand, clock: &dyn Clock) -> Result<Brand, Problem> {
    let org = tx.org().as_uuid();
    let details = &brand.details;
    let row = sqlx::query_as!(
        Row,
        "UPDATE brands
         SET slug = $4, name = $5, currency = $6, accent = $7, introduction = $8,
             version = version + 1, updated_at = $9
         WHERE org_id = $1 AND brand_id = $2 AND version = $3
         RETURNING brand_id, slug, name, currency, accent, introduction, version",
        org,
        brand.id.as_uuid(),
        brand.version,
        details.slug,
        details.name,
        details.currency.as_str(),
        details.accent,
        details.introduction,
        clock.now(),
    )
    .fetch_one(&mut **tx)
    .await?;
    slugs::set_of_brand(tx, brand, clock).await?;
    row.try_into()
}

/// Finds a brand.
pub async fn find(tx: &mut TenantTx, brand: BrandId) -> Result<Option<Brand>, Problem> {
    let row = sqlx::query_as!(
        Row,
        "SELECT brand_id, slug, name, currency, accent, introduction, version
         FROM brands
         WHERE org_id = $1 AND brand_id = $2",
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Brand::try_from).transpose()
}

/// Gets a brand and keeps others from changing it or its catalogue until the transaction ends.
pub async fn lock(tx: &mut TenantTx, brand: BrandId) -> Result<Brand, Problem> {
    let row = sqlx::query_as!(
        Row,
        "SELECT brand_id, slug, name, currency, accent, introduction, version
         FROM brands
         WHERE org_id = $1 AND brand_id = $2
         FOR UPDATE",
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.ok_or(Error::NotFound("brand"))?.try_into()
}

/// Lists the brands of the organisation by name.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Brand>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT brand_id, slug, name, currency, accent, introduction, version
         FROM brands
         WHERE org_id = $1
         ORDER BY name, brand_id",
        tx.org().as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Brand::try_from).collect()
}

/// Counts the brands of the organisation, and keeps others from adding one until the end of the
/// transaction, so that two at once do not pass the plan's limit.
pub async fn count_for_insert(tx: &mut TenantTx) -> Result<i64, Problem> {
    let org = tx.org();
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        org.to_string()
    )
    .execute(&mut **tx)
    .await?;
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM brands
         WHERE org_id = $1"#,
        org.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// Whether the brand has ever had a product.
pub async fn has_products(tx: &mut TenantTx, brand: BrandId) -> Result<bool, Problem> {
    let has = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT FROM products
             WHERE org_id = $1 AND brand_id = $2
         ) AS "has!""#,
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(has)
}
