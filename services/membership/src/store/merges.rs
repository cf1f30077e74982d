//! Mergings of members.

use chassis::{
    db::{StoreError, TenantTx},
    id::{AccountId, MemberId, MemberMergeId},
};
use chrono::{DateTime, Utc};

use crate::domain::member::MemberState;

/// A merging.
#[derive(Clone, Debug)]
pub struct Merge {
    /// Id.
    pub id: MemberMergeId,
    /// Member that was kept.
    pub member: MemberId,
    /// Member that was merged into it.
    pub merged: MemberId,
    /// State of the merged member before.
    pub merged_state: MemberState,
    /// Fields that the kept member got.
    pub filled: Vec<String>,
    /// Why.
    pub reason: String,
    /// Account.
    pub account: AccountId,
    /// When.
    pub at: DateTime<Utc>,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
}

/// Stores a merging.
pub async fn insert(tx: &mut TenantTx, merge: &Merge) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO member_merges (
             org_id, merge_id, member_id, merged_member_id, merged_state, filled, reason, account_id,
             at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.org().as_uuid(),
        merge.id.as_uuid(),
        merge.member.as_uuid(),
        merge.merged.as_uuid(),
        merge.merged_state as _,
        &merge.filled,
        merge.reason,
        merge.account.as_uuid(),
        merge.at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Finds a merging and keeps others from undoing it until the transaction ends.
pub async fn lock(tx: &mut TenantTx, id: MemberMergeId) -> Result<Option<Merge>, StoreError> {
    let found = sqlx::query_as!(
        Merge,
        r#"SELECT
             merge_id AS "id: MemberMergeId",
             member_id AS "member: MemberId",
             merged_member_id AS "merged: MemberId",
             merged_state AS "merged_state: MemberState",
             filled,
             reason,
             account_id AS "account: AccountId",
             at,
             undone_at
         FROM member_merges
         WHERE org_id = $1 AND merge_id = $2
         FOR UPDATE"#,
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Mergings that a member took part in, newest first.
pub async fn list(tx: &mut TenantTx, member: MemberId) -> Result<Vec<Merge>, StoreError> {
    let found = sqlx::query_as!(
        Merge,
        r#"SELECT
             merge_id AS "id: MemberMergeId",
             member_id AS "member: MemberId",
             merged_member_id AS "merged: MemberId",
             merged_state AS "merged_state: MemberState",
             filled,
             reason,
             account_id AS "account: AccountId",
             at,
             undone_at
         FROM member_merges
         WHERE org_id = $1 AND (member_id = $2 OR merged_member_id = $2)
         ORDER BY at DESC, merge_id DESC
         LIMIT 100"#,
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Notes that a merging was undone.
pub async fn set_undone(
    tx: &mut TenantTx,
    id: MemberMergeId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_merges SET undone_at = $3 WHERE org_id = $1 AND merge_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
