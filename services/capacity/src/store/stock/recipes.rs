//! Recipes of a brand; every version is kept, the highest is in force.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::{BrandId, SkuId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::stock::recipes::{RecipePart, Recipes};

/// A recipe as it was from a moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Number, from 1.
    pub version: i64,
    /// Components and units; none where the recipe ended.
    pub parts: Vec<RecipePart>,
    /// Since when.
    pub at: DateTime<Utc>,
    /// Name of who changed it; empty for the system.
    pub actor: String,
}

fn parts(component_ids: Vec<Uuid>, units: Vec<i64>) -> Vec<RecipePart> {
    // A constraint keeps the two arrays of one length.
    let parts = component_ids.into_iter().zip(units);
    parts
        .map(|(id, units)| RecipePart {
            component_id: SkuId::from_uuid(id),
            units,
        })
        .collect()
}

/// The recipes of these variants and options, with the names of what they take.
pub async fn of(
    tx: &mut TenantTx,
    brand_id: BrandId,
    sku_ids: &[SkuId],
) -> Result<Recipes, StoreError> {
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT
            recipe.sku_id AS "sku_id: SkuId",
            recipe.component_ids,
            recipe.units,
            ARRAY(
                SELECT coalesce(component.name, '')
                FROM UNNEST(recipe.component_ids) WITH ORDINALITY AS part (sku_id, place)
                LEFT JOIN components AS component
                    ON component.org_id = $1
                   AND component.brand_id = $2
                   AND component.sku_id = part.sku_id
                ORDER BY part.place
            ) AS "names!"
        FROM recipes AS recipe
        WHERE recipe.org_id = $1
          AND recipe.brand_id = $2
          AND recipe.sku_id = ANY($3)
          AND cardinality(recipe.component_ids) > 0
          AND recipe.version = (
              SELECT max(version)
              FROM recipes AS later
              WHERE later.org_id = $1
                AND later.brand_id = $2
                AND later.sku_id = recipe.sku_id
          )
        "#,
        org,
        brand_id.as_uuid(),
        sku_ids as &[SkuId],
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut recipes = Recipes::default();
    for row in rows {
        let parts = parts(row.component_ids, row.units);
        let ids = parts.iter().map(|part| part.component_id);
        recipes.names.extend(ids.zip(row.names));
        recipes.parts.insert(row.sku_id, parts);
    }
    Ok(recipes)
}

/// The recipes in force of a brand, with their versions; of those that ended only the version.
pub async fn list(
    tx: &mut TenantTx,
    brand_id: BrandId,
) -> Result<(Recipes, HashMap<SkuId, i64>), StoreError> {
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT ON (sku_id)
            sku_id AS "sku_id: SkuId",
            version,
            component_ids,
            units
        FROM recipes
        WHERE org_id = $1
          AND brand_id = $2
        ORDER BY sku_id, version DESC
        "#,
        org,
        brand_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let (mut recipes, mut versions) = (Recipes::default(), HashMap::new());
    for row in rows {
        versions.insert(row.sku_id, row.version);
        if !row.units.is_empty() {
            let parts = parts(row.component_ids, row.units);
            recipes.parts.insert(row.sku_id, parts);
        }
    }
    Ok((recipes, versions))
}

/// The recipes in force that take from these components; of them only those parts.
pub async fn using(
    tx: &mut TenantTx,
    brand_id: BrandId,
    components: &[SkuId],
) -> Result<Recipes, StoreError> {
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT
            recipe.sku_id AS "sku_id: SkuId",
            part.component_id AS "component_id!: SkuId",
            part.units AS "units!"
        FROM recipes AS recipe,
            UNNEST(recipe.component_ids, recipe.units) AS part (component_id, units)
        WHERE recipe.org_id = $1
          AND recipe.brand_id = $2
          AND recipe.component_ids && $3
          AND part.component_id = ANY($3)
          AND recipe.version = (
              SELECT max(version)
              FROM recipes AS later
              WHERE later.org_id = $1
                AND later.brand_id = $2
                AND later.sku_id = recipe.sku_id
          )
        "#,
        org,
        brand_id.as_uuid(),
        components as &[SkuId],
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut recipes = Recipes::default();
    for row in rows {
        let parts = recipes.parts.entry(row.sku_id).or_default();
        parts.push(RecipePart {
            component_id: row.component_id,
            units: row.units,
        });
    }
    Ok(recipes)
}

/// Lists the versions of a recipe, newest first.
pub async fn versions(
    tx: &mut TenantTx,
    brand_id: BrandId,
    sku_id: SkuId,
    limit: i64,
) -> Result<Vec<Version>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT version, component_ids, units, at, actor
        FROM recipes
        WHERE org_id = $1
          AND brand_id = $2
          AND sku_id = $3
        ORDER BY version DESC
        LIMIT $4
        "#,
        org,
        brand_id.as_uuid(),
        sku_id.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let versions = rows.into_iter().map(|row| Version {
        version: row.version,
        parts: parts(row.component_ids, row.units),
        at: row.at,
        actor: row.actor,
    });
    Ok(versions.collect())
}

/// Adds a version; one added meanwhile violates `recipes_pkey`.
pub async fn insert(
    tx: &mut TenantTx,
    brand_id: BrandId,
    sku_id: SkuId,
    recipe: &Version,
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    let parts = &recipe.parts;
    let ids: Vec<_> = parts
        .iter()
        .map(|part| part.component_id.as_uuid())
        .collect();
    let units: Vec<_> = parts.iter().map(|part| part.units).collect();
    sqlx::query!(
        r#"
        INSERT INTO recipes
            (org_id, brand_id, sku_id, version, component_ids, units, at, actor)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        "#,
        org,
        brand_id.as_uuid(),
        sku_id.as_uuid(),
        recipe.version,
        &ids,
        &units,
        recipe.at,
        recipe.actor,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
