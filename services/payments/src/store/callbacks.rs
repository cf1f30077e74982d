//! Messages of providers.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::GatewayAccountId,
};
use chrono::{DateTime, Utc};

chassis::text_enum! {
    /// What was made of a message that was believed.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Outcome {
        /// It moved the attempt on.
        Applied = "applied",
        /// The attempt was further on already.
        Ignored = "ignored",
        /// It is not signed: the provider was asked.
        Hint = "hint",
        /// It does not fit its attempt.
        Mismatch = "mismatch",
    }
}

/// A message as it is kept: nothing of what it says but its reference and event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Account it came for.
    pub account: GatewayAccountId,
    /// SHA-256 of its body.
    pub body_hash: Vec<u8>,
    /// Size of its body.
    pub size_bytes: i32,
    /// Address it came from.
    pub remote_address: String,
    /// When.
    pub received_at: DateTime<Utc>,
}

/// Stores a message about `reference`; returns whether it is the first of its event.
pub async fn insert(
    tx: &mut TenantTx,
    message: &Message,
    reference: &str,
    event: &str,
    outcome: Outcome,
    reason: &str,
) -> Result<bool, StoreError> {
    let deliveries = sqlx::query_scalar!(
        "INSERT INTO callbacks (
             org_id, account_id, reference, event, outcome, reason, body_hash, size_bytes,
             remote_address, received_at, last_received_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
         ON CONFLICT (org_id, account_id, reference, event) DO UPDATE
         SET deliveries = callbacks.deliveries + 1, last_received_at = excluded.last_received_at
         RETURNING deliveries",
        tx.org().as_uuid(),
        message.account.as_uuid(),
        reference,
        event,
        outcome as _,
        reason,
        message.body_hash,
        message.size_bytes,
        message.remote_address,
        message.received_at,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(deliveries == 1)
}

/// Stores what was made of a message after it was applied.
pub async fn set_outcome(
    tx: &mut TenantTx,
    account: GatewayAccountId,
    reference: &str,
    event: &str,
    outcome: Outcome,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE callbacks
         SET outcome = $5
         WHERE org_id = $1 AND account_id = $2 AND reference = $3 AND event = $4",
        tx.org().as_uuid(),
        account.as_uuid(),
        reference,
        event,
        outcome as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores a message that was not believed, once a body.
pub async fn insert_rejected(
    tx: &mut TenantTx,
    message: &Message,
    reason: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO rejected_callbacks (
             org_id, account_id, body_hash, reason, size_bytes, remote_address, received_at,
             last_received_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
         ON CONFLICT (org_id, account_id, body_hash) DO UPDATE
         SET deliveries = rejected_callbacks.deliveries + 1,
             last_received_at = excluded.last_received_at",
        tx.org().as_uuid(),
        message.account.as_uuid(),
        message.body_hash,
        reason,
        message.size_bytes,
        message.remote_address,
        message.received_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes messages that were not believed and last came before `before`, at most `limit`.
pub async fn purge_rejected(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM rejected_callbacks
         WHERE ctid = ANY(ARRAY(
             SELECT ctid FROM rejected_callbacks WHERE last_received_at < $1 LIMIT $2
         ))",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(deleted.rows_affected())
}
