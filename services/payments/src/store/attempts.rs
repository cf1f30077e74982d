//! Attempts to pay.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{AttemptId, GatewayAccountId, OrganisationId, PaymentId, PaymentMethodId},
    money::{Currency, Money},
};
use chrono::{DateTime, Utc};
use payment_adapters::{Environment, Provider};

use super::{lease, texts, texts_to_json};
use crate::domain::{
    attempt::{Attempt, AttemptState},
    method::PaymentKind,
};

struct Row {
    attempt_id: AttemptId,
    payment_id: PaymentId,
    number: i16,
    reference: String,
    request_key: String,
    request_hash: Vec<u8>,
    method_id: PaymentMethodId,
    method_name: String,
    kind: PaymentKind,
    provider: Provider,
    provider_method: String,
    account_id: GatewayAccountId,
    credentials_number: i32,
    mode: Environment,
    capture_at_once: bool,
    currency: Currency,
    amount: i64,
    state: AttemptState,
    captured: i64,
    refund_reserved: i64,
    refunded: i64,
    provider_reference: Option<String>,
    extra: serde_json::Value,
    instrument: serde_json::Value,
    code: String,
    next_step: Option<Vec<u8>>,
    back_url: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    paid_at: Option<DateTime<Utc>>,
    next_query_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Attempt {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.attempt_id,
            payment: row.payment_id,
            number: row.number,
            reference: row.reference,
            request_key: row.request_key,
            request_hash: row.request_hash,
            method: row.method_id,
            method_name: row.method_name,
            kind: row.kind,
            provider: row.provider,
            provider_method: row.provider_method,
            account: row.account_id,
            credentials_number: row.credentials_number,
            environment: row.mode,
            capture_at_once: row.capture_at_once,
            amount: Money::new(row.amount, row.currency),
            state: row.state,
            captured: row.captured,
            refund_reserved: row.refund_reserved,
            refunded: row.refunded,
            provider_reference: row.provider_reference,
            extra: texts("attempts", "extra", row.attempt_id, row.extra)?,
            instrument: texts("attempts", "instrument", row.attempt_id, row.instrument)?,
            code: row.code,
            next_step: row.next_step,
            back_url: row.back_url,
            created_at: row.created_at,
            expires_at: row.expires_at,
            paid_at: row.paid_at,
            next_query_at: row.next_query_at,
        })
    }
}

/// Selects attempts of the organisation, the first parameter.
macro_rules! select_attempts {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                attempt_id AS "attempt_id: AttemptId",
                payment_id AS "payment_id: PaymentId",
                number,
                reference,
                request_key,
                request_hash,
                method_id AS "method_id: PaymentMethodId",
                method_name,
                kind AS "kind: PaymentKind",
                provider AS "provider: Provider",
                provider_method,
                account_id AS "account_id: GatewayAccountId",
                credentials_number,
                mode AS "mode: Environment",
                capture_at_once,
                currency AS "currency: Currency",
                amount,
                state AS "state: AttemptState",
                captured,
                refund_reserved,
                refunded,
                provider_reference,
                extra,
                instrument,
                code,
                next_step,
                back_url,
                created_at,
                expires_at,
                paid_at,
                next_query_at
            FROM attempts
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Attempts of a payment, the first one first.
pub async fn list(tx: &mut TenantTx, payment: PaymentId) -> Result<Vec<Attempt>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_attempts!(
        "AND payment_id = $2 ORDER BY number",
        org,
        payment.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// An attempt.
pub async fn find(tx: &mut TenantTx, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_attempts!("AND attempt_id = $2", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// The attempt of an account with a reference.
pub async fn find_by_reference(
    tx: &mut TenantTx,
    account: GatewayAccountId,
    reference: &str,
) -> Result<Option<Attempt>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_attempts!(
        "AND account_id = $2 AND reference = $3",
        org,
        account.as_uuid(),
        reference,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Stores a new attempt.
pub async fn insert(tx: &mut TenantTx, attempt: &Attempt) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO attempts (
             org_id, attempt_id, payment_id, number, reference, request_key, request_hash,
             method_id, method_name, kind, provider, provider_method, account_id,
             credentials_number, mode, capture_at_once, currency, amount, state, extra, instrument,
             code, back_url, created_at, expires_at, next_query_at
         )
         VALUES (
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
             $20, $21, $22, $23, $24, $25, $26
         )",
        tx.org().as_uuid(),
        attempt.id.as_uuid(),
        attempt.payment.as_uuid(),
        attempt.number,
        attempt.reference,
        attempt.request_key,
        attempt.request_hash,
        attempt.method.as_uuid(),
        attempt.method_name,
        attempt.kind as _,
        attempt.provider as _,
        attempt.provider_method,
        attempt.account.as_uuid(),
        attempt.credentials_number,
        attempt.environment as _,
        attempt.capture_at_once,
        attempt.amount.currency() as _,
        attempt.amount.amount(),
        attempt.state as _,
        texts_to_json(&attempt.extra),
        texts_to_json(&attempt.instrument),
        attempt.code,
        attempt.back_url,
        attempt.created_at,
        attempt.expires_at,
        attempt.next_query_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what may change of an attempt whose payment is locked.
pub async fn update(tx: &mut TenantTx, attempt: &Attempt) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE attempts
         SET state = $3, captured = $4, refund_reserved = $5, refunded = $6,
             provider_reference = $7, extra = $8, instrument = $9, code = $10, next_step = $11,
             paid_at = $12, next_query_at = $13, provider_method = $14
         WHERE org_id = $1 AND attempt_id = $2",
        tx.org().as_uuid(),
        attempt.id.as_uuid(),
        attempt.state as _,
        attempt.captured,
        attempt.refund_reserved,
        attempt.refunded,
        attempt.provider_reference,
        texts_to_json(&attempt.extra),
        texts_to_json(&attempt.instrument),
        attempt.code,
        attempt.next_step,
        attempt.paid_at,
        attempt.next_query_at,
        attempt.provider_method,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves the next query of an attempt.
pub async fn set_next_query(
    tx: &mut TenantTx,
    id: AttemptId,
    at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE attempts SET next_query_at = $3 WHERE org_id = $1 AND attempt_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
        at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Brings the next query of an attempt forward, where it still is queried at all.
pub async fn hurry(tx: &mut TenantTx, id: AttemptId, at: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE attempts
         SET next_query_at = least(next_query_at, $3)
         WHERE org_id = $1 AND attempt_id = $2 AND next_query_at IS NOT NULL",
        tx.org().as_uuid(),
        id.as_uuid(),
        at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the attempt of any organisation that is due the longest, and leases it until `lease_end`.
pub async fn take_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    lease_end: DateTime<Utc>,
) -> Result<Option<(OrganisationId, AttemptId)>, StoreError> {
    lease::take_due!(
        "attempts",
        "attempt_id",
        "next_query_at",
        AttemptId,
        tx,
        now,
        lease_end
    )
}

/// Renews the lease of an attempt that is worked on.
pub async fn renew_lease(
    tx: &mut TenantTx,
    id: AttemptId,
    lease_end: DateTime<Utc>,
) -> Result<(), StoreError> {
    lease::renew!("attempts", "attempt_id", "next_query_at", tx, id, lease_end)
}

/// The organisation and id of the attempt with a reference.
pub async fn find_anywhere(
    tx: &mut SystemTx,
    reference: &str,
) -> Result<Option<(OrganisationId, AttemptId)>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT org_id AS "org_id: OrganisationId", attempt_id AS "attempt_id: AttemptId"
         FROM attempts
         WHERE reference = $1"#,
        reference,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.org_id, row.attempt_id)))
}
