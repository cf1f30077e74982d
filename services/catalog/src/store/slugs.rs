//! Slugs of brands and branches. One that was given up stays reserved and leads to its old owner.

use std::collections::HashMap;

use chassis::{
    clock::Clock,
    db::{OnConstraint as _, SystemTx, TenantTx},
    error::Problem,
    id::{BranchId, BrandId, OrganisationId},
};
use chrono::{DateTime, Utc};

use crate::domain::{
    Error,
    branch::Branch,
    brand::Brand,
    slug::{MOST_RETIRED, RESERVED_DAYS},
};

/// Makes the slug of a brand its present one and retires the one before. Refuses with `CODE_TAKEN`
/// when another brand of any organisation has it or had it lately.
pub async fn set_of_brand(
    tx: &mut TenantTx,
    brand: &Brand,
    clock: &dyn Clock,
) -> Result<(), Problem> {
    let (org, brand_id, slug) = (tx.org().as_uuid(), brand.id.as_uuid(), &brand.details.slug);
    sqlx::query!(
        "UPDATE brand_slugs
         SET retired_at = $4
         WHERE org_id = $1 AND brand_id = $2 AND slug <> $3 AND retired_at IS NULL",
        org,
        brand_id,
        slug,
        clock.now(),
    )
    .execute(&mut **tx)
    .await?;
    let own = sqlx::query!(
        "UPDATE brand_slugs
         SET retired_at = NULL
         WHERE org_id = $1 AND brand_id = $2 AND slug = $3",
        org,
        brand_id,
        slug,
    )
    .execute(&mut **tx)
    .await?;
    if own.rows_affected() == 0 {
        sqlx::query!(
            "INSERT INTO brand_slugs (slug, org_id, brand_id)
             VALUES ($3, $1, $2)",
            org,
            brand_id,
            slug,
        )
        .execute(&mut **tx)
        .await
        .on_constraint("brand_slugs_pkey", || {
            Problem::from(Error::CodeTaken {
                field: "brand.slug",
            })
        })?;
    }
    let retired = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM brand_slugs
         WHERE org_id = $1 AND brand_id = $2 AND retired_at IS NOT NULL"#,
        org,
        brand_id,
    )
    .fetch_one(&mut **tx)
    .await?;
    check_retired(retired, "brand.slug")
}

/// Makes the slug of a branch its present one and retires the one before. Refuses with `CODE_TAKEN`
/// when another branch of the brand has it or had it lately.
pub async fn set_of_branch(
    tx: &mut TenantTx,
    branch: &Branch,
    clock: &dyn Clock,
) -> Result<(), Problem> {
    let (org, branch_id, slug) = (
        tx.org().as_uuid(),
        branch.id.as_uuid(),
        &branch.details.slug,
    );
    sqlx::query!(
        "UPDATE branch_slugs
         SET retired_at = $4
         WHERE org_id = $1 AND branch_id = $2 AND slug <> $3 AND retired_at IS NULL",
        org,
        branch_id,
        slug,
        clock.now(),
    )
    .execute(&mut **tx)
    .await?;
    let own = sqlx::query!(
        "UPDATE branch_slugs
         SET retired_at = NULL
         WHERE org_id = $1 AND branch_id = $2 AND slug = $3",
        org,
        branch_id,
        slug,
    )
    .execute(&mut **tx)
    .await?;
    if own.rows_affected() == 0 {
        sqlx::query!(
            "INSERT INTO branch_slugs (org_id, brand_id, slug, branch_id)
             VALUES ($1, $2, $3, $4)",
            org,
            branch.brand_id.as_uuid(),
            slug,
            branch_id,
        )
        .execute(&mut **tx)
        .await
        .on_constraint("branch_slugs_pkey", || {
            Problem::from(Error::CodeTaken {
                field: "branch.slug",
            })
        })?;
    }
    let retired = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM branch_slugs
         WHERE org_id = $1 AND branch_id = $2 AND retired_at IS NOT NULL"#,
        org,
        branch_id,
    )
    .fetch_one(&mut **tx)
    .await?;
    check_retired(retired, "branch.slug")
}

fn check_retired(retired: i64, field: &'static str) -> Result<(), Problem> {
    if retired > MOST_RETIRED {
        return Err(Error::TooManySlugs {
            field,
            limit: MOST_RETIRED,
            days: RESERVED_DAYS,
        }
        .into());
    }
    Ok(())
}

/// Finds whose brand a slug is or was, across organisations.
pub async fn find_brand(
    tx: &mut SystemTx,
    slug: &str,
) -> Result<Option<(OrganisationId, BrandId)>, Problem> {
    let row = sqlx::query!(
        "SELECT org_id, brand_id
         FROM brand_slugs
         WHERE slug = $1",
        slug,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| {
        (
            OrganisationId::from_uuid(row.org_id),
            BrandId::from_uuid(row.brand_id),
        )
    }))
}

/// Slugs that branches of a brand had before, with the branch that each leads to.
pub async fn list_former(
    tx: &mut TenantTx,
    brand: BrandId,
) -> Result<HashMap<String, BranchId>, Problem> {
    let rows = sqlx::query!(
        "SELECT slug, branch_id
         FROM branch_slugs
         WHERE org_id = $1 AND brand_id = $2 AND retired_at IS NOT NULL",
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.slug, BranchId::from_uuid(row.branch_id)))
        .collect())
}

/// Frees slugs that were given up before `before`; returns how many.
pub async fn purge(tx: &mut SystemTx, before: DateTime<Utc>) -> Result<u64, Problem> {
    let brands = sqlx::query!("DELETE FROM brand_slugs WHERE retired_at < $1", before)
        .execute(&mut **tx)
        .await?;
    let branches = sqlx::query!("DELETE FROM branch_slugs WHERE retired_at < $1", before)
        .execute(&mut **tx)
        .await?;
    Ok(brands.rows_affected() + branches.rows_affected())
}
