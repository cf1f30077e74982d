//! Sessions of members.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{MemberId, MemberSessionId},
};
use chrono::{DateTime, Utc};

/// A session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Id.
    pub id: MemberSessionId,
    /// Member.
    pub member: MemberId,
    /// The member's generation when it was opened.
    pub generation: i32,
    /// Device it was opened on.
    pub device: String,
    /// User agent it was opened with.
    pub user_agent: String,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the hour.
    pub used_at: DateTime<Utc>,
    /// Absolute end.
    pub ends_at: DateTime<Utc>,
}

/// Stores a session.
pub async fn insert(
    tx: &mut TenantTx,
    session: &Session,
    secret_hash: &[u8],
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO member_sessions (
             org_id, session_id, member_id, secret_hash, generation, device, user_agent, created_at,
             used_at, ends_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tx.org().as_uuid(),
        session.id.as_uuid(),
        session.member.as_uuid(),
        secret_hash,
        session.generation,
        session.device,
        session.user_agent,
        session.created_at,
        session.used_at,
        session.ends_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Finds a session of the member's present generation by the hash of its secret.
pub async fn find(tx: &mut TenantTx, secret_hash: &[u8]) -> Result<Option<Session>, StoreError> {
    let found = sqlx::query_as!(
        Session,
        r#"SELECT
             session.session_id AS "id: MemberSessionId",
             session.member_id AS "member: MemberId",
             session.generation,
             session.device,
             session.user_agent,
             session.created_at,
             session.used_at,
             session.ends_at
         FROM member_sessions AS session
         JOIN members
           ON members.org_id = session.org_id
          AND members.member_id = session.member_id
          AND members.session_generation = session.generation
         WHERE session.org_id = $1 AND session.secret_hash = $2"#,
        tx.org().as_uuid(),
        secret_hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Notes that a session was used.
pub async fn touch(
    tx: &mut TenantTx,
    id: MemberSessionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_sessions SET used_at = $3 WHERE org_id = $1 AND session_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Sessions of a member, newest first.
pub async fn list(tx: &mut TenantTx, member: MemberId) -> Result<Vec<Session>, StoreError> {
    let found = sqlx::query_as!(
        Session,
        r#"SELECT
             session_id AS "id: MemberSessionId",
             member_id AS "member: MemberId",
             generation,
             device,
             user_agent,
             created_at,
             used_at,
             ends_at
         FROM member_sessions
         WHERE org_id = $1 AND member_id = $2
         ORDER BY created_at DESC, session_id DESC"#,
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Deletes a session by the hash of its secret; its id when there was one.
pub async fn delete_by_secret(
    tx: &mut TenantTx,
    secret_hash: &[u8],
) -> Result<Option<MemberSessionId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"DELETE FROM member_sessions
         WHERE org_id = $1 AND secret_hash = $2
         RETURNING session_id AS "id: MemberSessionId""#,
        tx.org().as_uuid(),
        secret_hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Deletes one session of a member, or all; those of `keep_device` stay where given. Their ids.
pub async fn delete(
    tx: &mut TenantTx,
    member: MemberId,
    only: Option<MemberSessionId>,
    keep_device: Option<&str>,
) -> Result<Vec<MemberSessionId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"DELETE FROM member_sessions
         WHERE org_id = $1 AND member_id = $2
           AND ($3::uuid IS NULL OR session_id = $3)
           AND ($4::text IS NULL OR device <> $4)
         RETURNING session_id AS "id: MemberSessionId""#,
        tx.org().as_uuid(),
        member.as_uuid(),
        only.map(|only| only.as_uuid()),
        keep_device,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Deletes the sessions of a member on a device. Their ids.
pub async fn delete_of_device(
    tx: &mut TenantTx,
    device: &str,
    member: MemberId,
) -> Result<Vec<MemberSessionId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"DELETE FROM member_sessions
         WHERE org_id = $1 AND member_id = $2 AND device = $3
         RETURNING session_id AS "id: MemberSessionId""#,
        tx.org().as_uuid(),
        member.as_uuid(),
        device,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Deletes the oldest sessions of a member beyond the newest `most`. Their ids.
pub async fn delete_oldest(
    tx: &mut TenantTx,
    member: MemberId,
    most: i64,
) -> Result<Vec<MemberSessionId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"DELETE FROM member_sessions
         WHERE org_id = $1 AND session_id IN (
             SELECT session_id FROM member_sessions
             WHERE org_id = $1 AND member_id = $2
             ORDER BY created_at DESC, session_id DESC
             OFFSET $3
         )
         RETURNING session_id AS "id: MemberSessionId""#,
        tx.org().as_uuid(),
        member.as_uuid(),
        most,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Deletes sessions that are over; how many.
pub async fn purge(tx: &mut SystemTx, now: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "DELETE FROM member_sessions
         WHERE (org_id, session_id) IN (
             SELECT org_id, session_id FROM member_sessions
             WHERE ends_at < $1
             ORDER BY ends_at
             LIMIT $2
         )",
        now,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
