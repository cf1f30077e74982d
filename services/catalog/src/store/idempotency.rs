//! First answers of creations, by key.

use chassis::{
    clock::Clock,
    db::{SystemTx, TenantTx},
    error::Problem,
};
use chrono::{DateTime, Utc};

use crate::domain::Error;

/// Takes the key for this transaction, or finds the answer it gave before.
///
/// A second request with the same key waits here until the first has ended. Refuses with
/// `IDEMPOTENCY_MISMATCH` when the first request was another one.
pub async fn begin(
    tx: &mut TenantTx,
    rpc: &str,
    key: &str,
    request_hash: &[u8],
    clock: &dyn Clock,
) -> Result<Option<Vec<u8>>, Problem> {
    let org = tx.org().as_uuid();
    let inserted = sqlx::query!(
        "INSERT INTO idempotency_keys (org_id, rpc, key, request_hash, response, created_at)
         VALUES ($1, $2, $3, $4, '', $5)
         ON CONFLICT (org_id, rpc, key) DO NOTHING",
        org,
        rpc,
        key,
        request_hash,
        clock.now(),
    )
    .execute(&mut **tx)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(None);
    }
    let first = sqlx::query!(
        "SELECT request_hash, response
         FROM idempotency_keys
         WHERE org_id = $1 AND rpc = $2 AND key = $3",
        org,
        rpc,
        key,
    )
    .fetch_one(&mut **tx)
    .await?;
    if first.request_hash != request_hash {
        return Err(Error::IdempotencyMismatch.into());
    }
    Ok(Some(first.response))
}

/// Keeps the answer of the transaction that took the key.
pub async fn finish(
    tx: &mut TenantTx,
    rpc: &str,
    key: &str,
    response: &[u8],
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE idempotency_keys
         SET response = $4
         WHERE org_id = $1 AND rpc = $2 AND key = $3
         RETURNING key",
        tx.org().as_uuid(),
        rpc,
        key,
        response,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets answers older than `before`; returns how many.
pub async fn prune(tx: &mut SystemTx, before: DateTime<Utc>) -> Result<u64, Problem> {
    let deleted = sqlx::query!("DELETE FROM idempotency_keys WHERE created_at < $1", before)
        .execute(&mut **tx)
        .await?;
    Ok(deleted.rows_affected())
}
