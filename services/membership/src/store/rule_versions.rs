//! Immutable versions of rules.

use chassis::{
    db::{StoreError, TenantTx},
    id::BenefitRuleId,
};
use chrono::{DateTime, Utc};
use prost::Message as _;
use proto::membership::v1::BenefitRule;
use uuid::Uuid;

/// A version of a rule with who saved it when.
#[derive(Clone, Debug)]
pub struct SavedRule {
    /// The rule.
    pub rule: BenefitRule,
    /// When.
    pub saved_at: DateTime<Utc>,
    /// Name of the account.
    pub saved_by: String,
}

/// Stores a version; the rule says which.
pub async fn insert(
    tx: &mut TenantTx,
    id: BenefitRuleId,
    saved: &SavedRule,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO rule_versions (org_id, rule_id, version, rule, saved_at, saved_by)
         VALUES ($1, $2, $3, $4, $5, $6)",
        tx.org().as_uuid(),
        id.as_uuid(),
        saved.rule.version,
        saved.rule.encode_to_vec(),
        saved.saved_at,
        saved.saved_by,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The last versions of a rule, the newest first.
pub async fn list(
    tx: &mut TenantTx,
    id: BenefitRuleId,
    limit: i64,
) -> Result<Vec<SavedRule>, StoreError> {
    let rows = sqlx::query!(
        "SELECT version, rule, saved_at, saved_by
         FROM rule_versions
         WHERE org_id = $1 AND rule_id = $2
         ORDER BY version DESC
         LIMIT $3",
        tx.org().as_uuid(),
        id.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let saved = rows.into_iter().map(|row| {
        Ok(SavedRule {
            rule: super::rule(id.as_uuid(), row.version, &row.rule)?,
            saved_at: row.saved_at,
            saved_by: row.saved_by,
        })
    });
    saved.collect()
}

/// Versions of rules by their ids, in no order; unknown ones are left out.
pub async fn find_many(
    tx: &mut TenantTx,
    wanted: &[(Uuid, i64)],
) -> Result<Vec<BenefitRule>, StoreError> {
    let (ids, versions): (Vec<_>, Vec<_>) = wanted.iter().copied().unzip();
    let rows = sqlx::query!(
        "SELECT rule_id, version, rule
         FROM rule_versions
         WHERE org_id = $1
             AND (rule_id, version) IN (SELECT * FROM unnest($2::uuid[], $3::bigint[]))",
        tx.org().as_uuid(),
        &ids,
        &versions,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rules = rows
        .iter()
        .map(|row| super::rule(row.rule_id, row.version, &row.rule));
    rules.collect()
}

/// Deletes all versions of a rule that was never enabled.
pub async fn delete(tx: &mut TenantTx, id: BenefitRuleId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM rule_versions WHERE org_id = $1 AND rule_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
