//! Notes about members.

use chassis::{
    db::{StoreError, TenantTx},
    id::{AccountId, MemberId, MemberMergeId, MemberNoteId},
};
use chrono::{DateTime, Utc};

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Id.
    pub id: MemberNoteId,
    /// Text.
    pub text: String,
    /// Account that wrote it.
    pub account: AccountId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Notes about a member, newest first.
pub async fn list(tx: &mut TenantTx, member: MemberId) -> Result<Vec<Note>, StoreError> {
    let found = sqlx::query_as!(
        Note,
        r#"SELECT
             note_id AS "id: MemberNoteId",
             text,
             account_id AS "account: AccountId",
             at
         FROM member_notes
         WHERE org_id = $1 AND member_id = $2
         ORDER BY at DESC, note_id DESC"#,
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Adds a note while there are fewer than `most`; false when there are not.
pub async fn insert(
    tx: &mut TenantTx,
    member: MemberId,
    note: &Note,
    most: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "INSERT INTO member_notes (org_id, member_id, note_id, text, account_id, at)
         SELECT $1, $2, $3, $4, $5, $6
         WHERE (SELECT count(*) FROM member_notes WHERE org_id = $1 AND member_id = $2) < $7",
        tx.org().as_uuid(),
        member.as_uuid(),
        note.id.as_uuid(),
        note.text,
        note.account.as_uuid(),
        note.at,
        most,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes a note; false when there is none.
pub async fn delete(
    tx: &mut TenantTx,
    member: MemberId,
    id: MemberNoteId,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "DELETE FROM member_notes WHERE org_id = $1 AND member_id = $2 AND note_id = $3",
        tx.org().as_uuid(),
        member.as_uuid(),
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes all notes about a member.
pub async fn delete_all(tx: &mut TenantTx, member: MemberId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM member_notes WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves notes about a merged member to the one that is kept.
pub async fn merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_notes SET member_id = $3, merge_id = $4
         WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        from.as_uuid(),
        into.as_uuid(),
        merge.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves what a merging moved back.
pub async fn undo_merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    into: MemberId,
    back_to: MemberId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_notes SET member_id = $3, merge_id = NULL
         WHERE org_id = $1 AND member_id = $2 AND merge_id = $4",
        tx.org().as_uuid(),
        into.as_uuid(),
        back_to.as_uuid(),
        merge.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
