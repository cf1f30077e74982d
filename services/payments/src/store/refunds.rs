//! Refunds.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{AccountId, AttemptId, OrganisationId, PaymentId, RefundId},
};
use chrono::{DateTime, Utc};

use super::lease;
use crate::domain::refund::{Refund, RefundCause, RefundState};

struct Row {
    refund_id: RefundId,
    payment_id: PaymentId,
    attempt_id: AttemptId,
    reference: String,
    amount: i64,
    state: RefundState,
    cause: RefundCause,
    request_key: String,
    reason: String,
    requested_by: Option<AccountId>,
    requested_by_name: String,
    requested_at: DateTime<Utc>,
    calls: i32,
    provider_reference: Option<String>,
    text: String,
    next_try_at: Option<DateTime<Utc>>,
    settled_at: Option<DateTime<Utc>>,
    settled_by: Option<AccountId>,
    settled_by_name: String,
    note: String,
}

impl From<Row> for Refund {
    fn from(row: Row) -> Self {
        Self {
            id: row.refund_id,
            payment: row.payment_id,
            attempt: row.attempt_id,
            reference: row.reference,
            amount: row.amount,
            state: row.state,
            cause: row.cause,
            request_key: row.request_key,
            reason: row.reason,
            requested_by: row.requested_by.map(|id| (id, row.requested_by_name)),
            requested_at: row.requested_at,
            calls: row.calls,
            provider_reference: row.provider_reference,
            text: row.text,
            next_try_at: row.next_try_at,
            settled_at: row.settled_at,
            settled_by: row.settled_by.map(|id| (id, row.settled_by_name)),
            note: row.note,
        }
    }
}

/// Selects refunds of the organisation, the first parameter.
macro_rules! select_refunds {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                refund_id AS "refund_id: RefundId",
                payment_id AS "payment_id: PaymentId",
                attempt_id AS "attempt_id: AttemptId",
                reference,
                amount,
                state AS "state: RefundState",
                cause AS "cause: RefundCause",
                request_key,
                reason,
                requested_by AS "requested_by: AccountId",
                requested_by_name,
                requested_at,
                calls,
                provider_reference,
                text,
                next_try_at,
                settled_at,
                settled_by AS "settled_by: AccountId",
                settled_by_name,
                note
            FROM refunds
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Refunds of a payment, the first one first.
pub async fn list(tx: &mut TenantTx, payment: PaymentId) -> Result<Vec<Refund>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_refunds!(
        "AND payment_id = $2 ORDER BY requested_at, refund_id",
        org,
        payment.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A refund.
pub async fn find(tx: &mut TenantTx, id: RefundId) -> Result<Option<Refund>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_refunds!("AND refund_id = $2", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(Into::into))
}

/// Stores a new refund.
pub async fn insert(tx: &mut TenantTx, refund: &Refund) -> Result<(), StoreError> {
    let (requested_by, name) = match &refund.requested_by {
        Some((account, name)) => (Some(account.as_uuid()), name.as_str()),
        None => (None, ""),
    };
    sqlx::query!(
        "INSERT INTO refunds (
             org_id, refund_id, payment_id, attempt_id, reference, amount, state, cause, reason,
             requested_by, requested_by_name, requested_at, next_try_at, request_key,
             settled_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        tx.org().as_uuid(),
        refund.id.as_uuid(),
        refund.payment.as_uuid(),
        refund.attempt.as_uuid(),
        refund.reference,
        refund.amount,
        refund.state as _,
        refund.cause as _,
        refund.reason,
        requested_by,
        name,
        refund.requested_at,
        refund.next_try_at,
        refund.request_key,
        refund.settled_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what may change of a refund whose payment is locked.
pub async fn update(tx: &mut TenantTx, refund: &Refund) -> Result<(), StoreError> {
    let (settled_by, name) = match &refund.settled_by {
        Some((account, name)) => (Some(account.as_uuid()), name.as_str()),
        None => (None, ""),
    };
    sqlx::query!(
        "UPDATE refunds
         SET state = $3, calls = $4, provider_reference = $5, text = $6, next_try_at = $7,
             settled_at = $8, settled_by = $9, settled_by_name = $10, note = $11
         WHERE org_id = $1 AND refund_id = $2",
        tx.org().as_uuid(),
        refund.id.as_uuid(),
        refund.state as _,
        refund.calls,
        refund.provider_reference,
        refund.text,
        refund.next_try_at,
        refund.settled_at,
        settled_by,
        name,
        refund.note,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves the next try of a refund.
pub async fn set_next_try(
    tx: &mut TenantTx,
    id: RefundId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE refunds SET next_try_at = $3 WHERE org_id = $1 AND refund_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
        at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the refund of any organisation that is due the longest, and leases it until `lease_end`.
pub async fn take_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    lease_end: DateTime<Utc>,
) -> Result<Option<(OrganisationId, RefundId)>, StoreError> {
    lease::take_due!(
        "refunds",
        "refund_id",
        "next_try_at",
        RefundId,
        tx,
        now,
        lease_end
    )
}

/// Renews the lease of a refund that is worked on.
pub async fn renew_lease(
    tx: &mut TenantTx,
    id: RefundId,
    lease_end: DateTime<Utc>,
) -> Result<(), StoreError> {
    lease::renew!("refunds", "refund_id", "next_try_at", tx, id, lease_end)
}
