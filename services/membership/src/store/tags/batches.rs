//! Batches of changes of tags: by staff, or by a round of a rule.

use chassis::{
    db::{StoreError, TenantTx},
    id::AccountId,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A batch of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagBatch {
    /// Id.
    pub id: Uuid,
    /// Tag.
    pub tag: Uuid,
    /// Given, or taken.
    pub added: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// Staff; none for a rule.
    pub operator: Option<AccountId>,
    /// Members it was for.
    pub matched: i32,
    /// Members it changed.
    pub changed: i32,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
    /// Who undid it.
    pub undone_by: Option<AccountId>,
}

/// Stores a batch.
pub async fn insert(tx: &mut TenantTx, batch: &TagBatch) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO tag_batches (
             org_id, batch_id, tag_id, added, at, operator, matched, changed
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.org().as_uuid(),
        batch.id,
        batch.tag,
        batch.added,
        batch.at,
        batch.operator.map(|id| id.as_uuid()),
        batch.matched,
        batch.changed,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds members that a round of a rule changed to its batch.
pub async fn add_changed(tx: &mut TenantTx, batch: Uuid, changed: i32) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE tag_batches
         SET matched = matched + $3, changed = changed + $3
         WHERE org_id = $1 AND batch_id = $2",
        tx.org().as_uuid(),
        batch,
        changed,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Tag of a batch, and whether a rule made it.
pub async fn find_tag(tx: &mut TenantTx, id: Uuid) -> Result<Option<(Uuid, bool)>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT tag_id, operator IS NULL AS "by_rule!"
         FROM tag_batches
         WHERE org_id = $1 AND batch_id = $2"#,
        tx.org().as_uuid(),
        id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.tag_id, row.by_rule)))
}

/// A batch, locked.
pub async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<Option<TagBatch>, StoreError> {
    let found = sqlx::query_as!(
        TagBatch,
        r#"SELECT
             batch_id AS id,
             tag_id AS tag,
             added, at,
             operator AS "operator: AccountId",
             matched, changed, undone_at,
             undone_by AS "undone_by: AccountId"
         FROM tag_batches
         WHERE org_id = $1 AND batch_id = $2
         FOR UPDATE"#,
        tx.org().as_uuid(),
        id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Batches before `before`, newest first.
pub async fn list(
    tx: &mut TenantTx,
    tag: Option<Uuid>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<TagBatch>, StoreError> {
    let found = sqlx::query_as!(
        TagBatch,
        r#"SELECT
             batch_id AS id,
             tag_id AS tag,
             added, at,
             operator AS "operator: AccountId",
             matched, changed, undone_at,
             undone_by AS "undone_by: AccountId"
         FROM tag_batches
         WHERE org_id = $1 AND ($2::uuid IS NULL OR tag_id = $2)
             AND ($3::uuid IS NULL OR batch_id < $3)
         ORDER BY batch_id DESC
         LIMIT $4"#,
        tx.org().as_uuid(),
        tag,
        before,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Members whom a batch changed and whose tag nothing else changed since, and how many there were in all.
pub async fn undoable(tx: &mut TenantTx, batch: &TagBatch) -> Result<(Vec<Uuid>, i64), StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             change.member_id,
             NOT EXISTS (
                 SELECT 1 FROM member_tag_changes AS later
                 WHERE later.org_id = $1 AND later.member_id = change.member_id
                     AND later.tag_id = change.tag_id AND later.change_id > change.change_id
             ) AS "latest!"
         FROM member_tag_changes AS change
         WHERE change.org_id = $1 AND change.batch_id = $2
             AND change.source IN ('batch', 'rule')
         ORDER BY change.member_id"#,
        tx.org().as_uuid(),
        batch.id,
    )
    .fetch_all(&mut **tx)
    .await?;
    let all = i64::try_from(rows.len())?;
    let latest = rows
        .into_iter()
        .filter(|row| row.latest)
        .map(|row| row.member_id);
    Ok((latest.collect(), all))
}

/// Notes that a batch was undone.
pub async fn note_undone(
    tx: &mut TenantTx,
    batch: Uuid,
    by: AccountId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE tag_batches SET undone_at = $3, undone_by = $4 WHERE org_id = $1 AND batch_id = $2",
        tx.org().as_uuid(),
        batch,
        now,
        by.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
