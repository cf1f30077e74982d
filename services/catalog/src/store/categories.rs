//! Categories.

use chassis::{
    clock::Clock,
    db::{OnConstraint as _, TenantTx},
    error::Problem,
    id::{BrandId, CategoryId},
    text,
};
use uuid::Uuid;

use crate::domain::{Error, category::Category};

struct Row {
    category_id: Uuid,
    name: String,
    position: i32,
    version: i64,
}

impl From<Row> for Category {
    fn from(row: Row) -> Self {
        Self {
            id: CategoryId::from_uuid(row.category_id),
            name: row.name,
            position: row.position,
            version: row.version,
        }
    }
}

/// Lists a brand's categories in order.
pub async fn list(tx: &mut TenantTx, brand: BrandId) -> Result<Vec<Category>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT category_id, name, position, version
         FROM categories
         WHERE org_id = $1 AND brand_id = $2 AND archived_at IS NULL
         ORDER BY position, category_id",
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Category::from).collect())
}

/// Finds the brand of a category that is not archived.
pub async fn find_brand(
    tx: &mut TenantTx,
    category: CategoryId,
) -> Result<Option<BrandId>, Problem> {
    let brand = sqlx::query_scalar!(
        "SELECT brand_id
         FROM categories
         WHERE org_id = $1 AND category_id = $2 AND archived_at IS NULL",
        tx.org().as_uuid(),
        category.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(brand.map(BrandId::from_uuid))
}

/// Inserts categories; refuses with `CODE_TAKEN` when the brand has one of the names.
pub async fn insert(
    tx: &mut TenantTx,
    brand: BrandId,
    categories: &[Category],
    clock: &dyn Clock,
) -> Result<(), Problem> {
    let ids: Vec<Uuid> = categories
        .iter()
        .map(|category| category.id.as_uuid())
        .collect();
    let names: Vec<String> = categories
        .iter()
        .map(|category| category.name.clone())
        .collect();
    let name_keys: Vec<String> = names.iter().map(|name| text::folded(name)).collect();
    let positions: Vec<i32> = categories
        .iter()
        .map(|category| category.position)
        .collect();
    sqlx::query!(
        "INSERT INTO categories
             (org_id, category_id, brand_id, name, name_key, position, version, created_at,
              updated_at)
         SELECT $1, new.id, $2, new.name, new.name_key, new.position, 1, $3, $3
         FROM UNNEST($4::uuid[], $5::text[], $6::text[], $7::int[])
             AS new (id, name, name_key, position)",
        tx.org().as_uuid(),
        brand.as_uuid(),
        clock.now(),
        &ids,
        &names,
        &name_keys,
        &positions,
    )
    .execute(&mut **tx)
    .await
    .on_constraint("categories_name_key", name_taken)?;
    Ok(())
}

/// Stores a changed name under the next version.
pub async fn rename(
    tx: &mut TenantTx,
    category: &Category,
    clock: &dyn Clock,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE categories
         SET name = $4, name_key = $5, version = version + 1, updated_at = $6
         WHERE org_id = $1 AND category_id = $2 AND version = $3 AND archived_at IS NULL
         RETURNING category_id",
        tx.org().as_uuid(),
        category.id.as_uuid(),
        category.version,
        category.name,
        text::folded(&category.name),
        clock.now(),
    )
    .fetch_one(&mut **tx)
    .await
    .on_constraint("categories_name_key", name_taken)?;
    Ok(())
}

fn name_taken() -> Problem {
    Error::CodeTaken {
        field: "category.name",
    }
    .into()
}

/// Puts the brand's categories into the order of `ids`, counted from 0. The places of the others
/// are not their own change, so no version moves.
pub async fn arrange(tx: &mut TenantTx, ids: &[CategoryId]) -> Result<(), Problem> {
    let ids: Vec<Uuid> = ids.iter().map(CategoryId::as_uuid).collect();
    sqlx::query!(
        "UPDATE categories AS category
         SET position = wanted.place - 1
         FROM UNNEST($2::uuid[]) WITH ORDINALITY AS wanted (id, place)
         WHERE category.org_id = $1
           AND category.category_id = wanted.id
           AND category.position <> wanted.place - 1",
        tx.org().as_uuid(),
        &ids,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Archives a category; its name may be used again.
pub async fn archive(
    tx: &mut TenantTx,
    category: CategoryId,
    version: i64,
    clock: &dyn Clock,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE categories
         SET archived_at = $4, version = version + 1, updated_at = $4
         WHERE org_id = $1 AND category_id = $2 AND version = $3 AND archived_at IS NULL
         RETURNING category_id",
        tx.org().as_uuid(),
        category.as_uuid(),
        version,
        clock.now(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}
