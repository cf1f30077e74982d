//! Sets of rules of branches, and templates of brands.

pub mod counted_orders;
pub mod counters;

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId, LimitTemplateId},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;

use crate::domain::limits::Rule;

/// Rules as they were from a time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitVersion {
    /// Number.
    pub version: i64,
    /// The rules.
    pub rules: Vec<Rule>,
    /// From when they counted.
    pub changed_at: DateTime<Utc>,
    /// Who changed them.
    pub changed_by: String,
    /// Why.
    pub note: String,
}

/// A set of rules that branches of a brand may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitTemplate {
    /// Id.
    pub template_id: LimitTemplateId,
    /// Brand.
    pub brand_id: BrandId,
    /// Name, unique in the brand.
    pub name: String,
    /// Rules.
    pub rules: Vec<Rule>,
    /// Version for the next change.
    pub version: i64,
}

/// The rules of a branch in a version.
pub async fn rules(
    tx: &mut TenantTx,
    branch_id: BranchId,
    version: i64,
) -> Result<Vec<Rule>, StoreError> {
    let mut found = rules_of(tx, &[(branch_id, version)]).await?;
    Ok(found.remove(&branch_id).unwrap_or_default())
}

/// The rules of branches, each in a version.
pub async fn rules_of(
    tx: &mut TenantTx,
    versions: &[(BranchId, i64)],
) -> Result<HashMap<BranchId, Vec<Rule>>, StoreError> {
    if versions.is_empty() {
        return Ok(HashMap::new());
    }
    let org = tx.org().as_uuid();
    let branch_ids: Vec<_> = versions.iter().map(|(id, _)| id.as_uuid()).collect();
    let numbers: Vec<_> = versions.iter().map(|(_, version)| *version).collect();
    let rows = sqlx::query!(
        r#"
        SELECT branch_id AS "branch_id!: BranchId", rules AS "rules: Json<Vec<Rule>>"
        FROM UNNEST($2::uuid[], $3::bigint[]) AS asked (branch_id, version)
        JOIN limit_versions USING (branch_id, version)
        WHERE org_id = $1
        "#,
        org,
        &branch_ids,
        &numbers,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = rows.into_iter();
    Ok(rows.map(|row| (row.branch_id, row.rules.0)).collect())
}

/// Lists versions below `before`, the latest first.
pub async fn list(
    tx: &mut TenantTx,
    branch_id: BranchId,
    before: i64,
    limit: i64,
) -> Result<Vec<LimitVersion>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT version, rules AS "rules: Json<Vec<Rule>>", changed_at, changed_by, note
        FROM limit_versions
        WHERE org_id = $1
          AND branch_id = $2
          AND version < $3
        ORDER BY version DESC
        LIMIT $4
        "#,
        org,
        branch_id.as_uuid(),
        before,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LimitVersion {
            version: row.version,
            rules: row.rules.0,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
            note: row.note,
        })
        .collect())
}

/// Adds a version to a locked branch and lets it count.
pub async fn insert(
    tx: &mut TenantTx,
    branch_id: BranchId,
    version: &LimitVersion,
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        WITH counting AS (
            UPDATE branches SET limits_version = $3 WHERE org_id = $1 AND branch_id = $2
        )
        INSERT INTO limit_versions
            (org_id, branch_id, version, rules, changed_at, changed_by, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        "#,
        org,
        branch_id.as_uuid(),
        version.version,
        Json(&version.rules) as Json<&Vec<Rule>>,
        version.changed_at,
        version.changed_by,
        version.note,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

struct TemplateRow {
    template_id: LimitTemplateId,
    brand_id: BrandId,
    name: String,
    rules: Json<Vec<Rule>>,
    version: i64,
}

impl From<TemplateRow> for LimitTemplate {
    fn from(row: TemplateRow) -> Self {
        Self {
            template_id: row.template_id,
            brand_id: row.brand_id,
            name: row.name,
            rules: row.rules.0,
            version: row.version,
        }
    }
}

/// Selects templates of the organisation, its first parameter.
macro_rules! select_templates {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            TemplateRow,
            r#"
            SELECT
                template_id AS "template_id: LimitTemplateId",
                brand_id AS "brand_id: BrandId",
                name,
                rules AS "rules: Json<Vec<Rule>>",
                version
            FROM limit_templates
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Lists the templates of a brand by name.
pub async fn list_templates(
    tx: &mut TenantTx,
    brand_id: BrandId,
    limit: i64,
) -> Result<Vec<LimitTemplate>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_templates!(
        "AND brand_id = $2 ORDER BY name LIMIT $3",
        org,
        brand_id.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(LimitTemplate::from).collect())
}

/// Finds a template.
pub async fn find_template(
    tx: &mut TenantTx,
    template_id: LimitTemplateId,
) -> Result<Option<LimitTemplate>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_templates!("AND template_id = $2", org, template_id.as_uuid())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(LimitTemplate::from))
}

/// Adds a template. A name that is taken violates `limit_templates_name`.
pub async fn insert_template(
    tx: &mut TenantTx,
    template: &LimitTemplate,
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        INSERT INTO limit_templates (org_id, template_id, brand_id, name, rules, version)
        VALUES ($1, $2, $3, $4, $5, 1)
        "#,
        org,
        template.template_id.as_uuid(),
        template.brand_id.as_uuid(),
        template.name,
        Json(&template.rules) as Json<&Vec<Rule>>,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Changes a template as it was read; returns whether it still was as read. A name that is
/// taken violates `limit_templates_name`.
pub async fn update_template(
    tx: &mut TenantTx,
    template: &LimitTemplate,
) -> Result<bool, StoreError> {
    let org = tx.org().as_uuid();
    let done = sqlx::query!(
        r#"
        UPDATE limit_templates
        SET name = $3, rules = $4, version = version + 1
        WHERE org_id = $1
          AND template_id = $2
          AND version = $5
        "#,
        org,
        template.template_id.as_uuid(),
        template.name,
        Json(&template.rules) as Json<&Vec<Rule>>,
        template.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes a template of a brand; returns whether there was one.
pub async fn delete_template(
    tx: &mut TenantTx,
    brand_id: BrandId,
    template_id: LimitTemplateId,
) -> Result<bool, StoreError> {
    let org = tx.org().as_uuid();
    let done = sqlx::query!(
        "DELETE FROM limit_templates WHERE org_id = $1 AND brand_id = $2 AND template_id = $3",
        org,
        brand_id.as_uuid(),
        template_id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
