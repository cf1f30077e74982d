//! Answers already given to keyed requests.

use anyhow::Context as _;
use chassis::db::{SystemTx, TenantTx};
use chrono::{DateTime, Utc};

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Hash of the request it answered.
    pub body_hash: Vec<u8>,
    /// The encoded answer.
    pub answer: Vec<u8>,
}

/// Finds the answer that was given under a key.
pub async fn find(tx: &mut TenantTx, key: &str) -> anyhow::Result<Option<Answer>> {
    let org = tx.org().as_uuid();
    sqlx::query_as!(
        Answer,
        r#"
        SELECT body_hash, answer
        FROM answered_requests
        WHERE org_id = $1
          AND idempotency_key = $2
        "#,
        org,
        key,
    )
    .fetch_optional(&mut **tx)
    .await
    .context("find the answer of a key")
}

/// Keeps the answer of a key; a key taken meanwhile fails on `answered_requests_pkey`.
pub async fn insert(
    tx: &mut TenantTx,
    key: &str,
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        INSERT INTO answered_requests (org_id, idempotency_key, body_hash, answer, created_at)
        VALUES ($1, $2, $3, $4, $5)
        "#,
        org,
        key,
        answer.body_hash,
        answer.answer,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes at most `limit` answers given before `before`. Returns how many.
pub async fn purge(tx: &mut SystemTx, before: DateTime<Utc>, limit: i64) -> anyhow::Result<u64> {
    let done = sqlx::query!(
        r#"
        DELETE FROM answered_requests
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM answered_requests
            WHERE created_at < $1
            LIMIT $2
        ))
        "#,
        before,
        limit,
    )
    .execute(&mut **tx)
    .await
    .context("purge answers")?;
    Ok(done.rows_affected())
}
