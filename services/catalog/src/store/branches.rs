//! Branches.

use chassis::{
    clock::Clock,
    db::{OnConstraint as _, StoreError, SystemTx, TenantTx},
    error::Problem,
    id::{BranchId, BrandId, OrganisationId},
    snapshot::Key,
    text,
};
use uuid::Uuid;

use super::slugs;
use crate::domain::{
    Error,
    branch::{Branch, Details, State},
};

struct Row {
    branch_id: Uuid,
    brand_id: Uuid,
    code: String,
    slug: String,
    name: String,
    phone: String,
    address: String,
    time_zone: String,
    cutoff_minutes: i16,
    state: String,
    version: i64,
}

impl TryFrom<Row> for Branch {
    type Error = Problem;

    fn try_from(row: Row) -> Result<Self, Problem> {
        let wrong = |column| StoreError::inconsistent("branches", column, row.branch_id);
        Ok(Self {
            id: BranchId::from_uuid(row.branch_id),
            brand_id: BrandId::from_uuid(row.brand_id),
            details: Details {
                time_zone: row.time_zone.parse().map_err(|_| wrong("time_zone"))?,
                state: State::from_word(&row.state).ok_or_else(|| wrong("state"))?,
                code: row.code,
                slug: row.slug,
                name: row.name,
                phone: row.phone,
                address: row.address,
                cutoff_minutes: row.cutoff_minutes,
            },
            version: row.version,
        })
    }
}

/// Inserts a branch; refuses with `CODE_TAKEN` when the brand has its code or slug already.
pub async fn insert(tx: &mut TenantTx, branch: &Branch, clock: &dyn Clock) -> Result<(), Problem> {
    let details = &branch.details;
    sqlx::query!(
        "INSERT INTO branches
             (org_id, branch_id, brand_id, code, code_key, slug, name, phone, address, time_zone,
              cutoff_minutes, state, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
        tx.org().as_uuid(),
        branch.id.as_uuid(),
        branch.brand_id.as_uuid(),
        details.code,
        text::folded(&details.code),
        details.slug,
        details.name,
        details.phone,
        details.address,
        details.time_zone.name(),
        details.cutoff_minutes,
        details.state.as_str(),
        branch.version,
        clock.now(),
    )
    .execute(&mut **tx)
    .await
    .on_constraint("branches_code_key", code_taken)?;
    slugs::set_of_branch(tx, branch, clock).await
}

/// Stores a changed branch under its next version; `branch.version` is the one it was read at.
pub async fn update(
    tx: &mut TenantTx,
    branch: &Branch,
    clock: &dyn Clock,
) -> Result<Branch, Problem> {
    let details = &branch.details;
    let row = sqlx::query_as!(
        Row,
        "UPDATE branches
         SET code = $4, code_key = $5, slug = $6, name = $7, phone = $8, address = $9,
             time_zone = $10, cutoff_minutes = $11, state = $12, version = version + 1,
             updated_at = $13
         WHERE org_id = $1 AND branch_id = $2 AND version = $3
         RETURNING branch_id, brand_id, code, slug, name, phone, address, time_zone,
                   cutoff_minutes, state, version",
        tx.org().as_uuid(),
        branch.id.as_uuid(),
        branch.version,
        details.code,
        text::folded(&details.code),
        details.slug,
        details.name,
        details.phone,
        details.address,
        details.time_zone.name(),
        details.cutoff_minutes,
        details.state.as_str(),
        clock.now(),
    )
    .fetch_one(&mut **tx)
    .await
    .on_constraint("branches_code_key", code_taken)?;
    slugs::set_of_branch(tx, branch, clock).await?;
    row.try_into()
}

fn code_taken() -> Problem {
    Error::CodeTaken {
        field: "branch.code",
    }
    .into()
}

/// Finds a branch.
pub async fn find(tx: &mut TenantTx, branch: BranchId) -> Result<Option<Branch>, Problem> {
    let row = sqlx::query_as!(
        Row,
        "SELECT branch_id, brand_id, code, slug, name, phone, address, time_zone,
                cutoff_minutes, state, version
         FROM branches
         WHERE org_id = $1 AND branch_id = $2",
        tx.org().as_uuid(),
        branch.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Branch::try_from).transpose()
}

/// The keys of the branches of all organisations after `after`, in their order.
pub async fn list_keys(tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT org_id, branch_id
         FROM branches
         WHERE (org_id, branch_id) > ($1, $2)
         ORDER BY org_id, branch_id
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
            id: row.branch_id,
        })
        .collect())
}

/// Lists the branches of the organisation, or of one brand, by brand and name.
pub async fn list(tx: &mut TenantTx, brand: Option<BrandId>) -> Result<Vec<Branch>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT branch_id, brand_id, code, slug, name, phone, address, time_zone,
                cutoff_minutes, state, version
         FROM branches
         WHERE org_id = $1 AND ($2::uuid IS NULL OR brand_id = $2)
         ORDER BY brand_id, name, branch_id",
        tx.org().as_uuid(),
        brand.map(|brand| brand.as_uuid()),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Branch::try_from).collect()
}

/// How many branches the organisation and the brand have.
pub async fn count(tx: &mut TenantTx, brand: BrandId) -> Result<(i64, i64), Problem> {
    let row = sqlx::query!(
        r#"SELECT count(*) AS "in_organisation!",
                count(*) FILTER (WHERE brand_id = $2) AS "in_brand!"
         FROM branches
         WHERE org_id = $1"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.in_organisation, row.in_brand))
}

/// Takes the next menu number of each branch; returns them in the order of `branches`.
pub async fn next_menu_numbers(
    tx: &mut TenantTx,
    branches: &[BranchId],
) -> Result<Vec<i64>, Problem> {
    let ids: Vec<Uuid> = branches.iter().map(BranchId::as_uuid).collect();
    let rows = sqlx::query!(
        "UPDATE branches
         SET menu_number = menu_number + 1
         WHERE org_id = $1 AND branch_id = ANY($2)
         RETURNING branch_id, menu_number",
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let number = |id: &Uuid| {
        rows.iter()
            .find(|row| row.branch_id == *id)
            .map(|row| row.menu_number)
    };
    ids.iter()
        .map(|id| number(id).ok_or_else(|| Error::NotFound("branch").into()))
        .collect()
}
