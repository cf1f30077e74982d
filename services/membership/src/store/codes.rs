//! Codes that were sent to phones.

use chassis::db::{StoreError, SystemTx, TenantTx};
use chrono::{DateTime, Utc};

use crate::domain::code::{Purpose, SentCode};

/// The last code of a phone; others wait for it until the transaction ends.
pub async fn lock(tx: &mut TenantTx, phone: &str) -> Result<Option<SentCode>, StoreError> {
    let found = sqlx::query_as!(
        SentCode,
        r#"SELECT
             purpose AS "purpose: Purpose",
             code_hash,
             wrong_tries,
             sent_at,
             expires_at,
             day,
             sent_on_day
         FROM member_codes
         WHERE org_id = $1 AND phone = $2
         FOR UPDATE"#,
        tx.org().as_uuid(),
        phone,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores the code of a phone in the place of the one it had, unless another was sent at the same time: then
/// false.
pub async fn replace(
    tx: &mut TenantTx,
    phone: &str,
    code: &SentCode,
    last_sent_at: Option<DateTime<Utc>>,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "INSERT INTO member_codes AS known (
             org_id, phone, purpose, code_hash, wrong_tries, sent_at, expires_at, day, sent_on_day
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (org_id, phone) DO UPDATE
         SET purpose = excluded.purpose, code_hash = excluded.code_hash,
             wrong_tries = excluded.wrong_tries, sent_at = excluded.sent_at,
             expires_at = excluded.expires_at, day = excluded.day,
             sent_on_day = excluded.sent_on_day
         WHERE known.sent_at = $10",
        tx.org().as_uuid(),
        phone,
        code.purpose as _,
        code.code_hash,
        code.wrong_tries,
        code.sent_at,
        code.expires_at,
        code.day,
        code.sent_on_day,
        last_sent_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Stores what a try changed.
pub async fn update_tries(
    tx: &mut TenantTx,
    phone: &str,
    code: &SentCode,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_codes SET code_hash = $3, wrong_tries = $4
         WHERE org_id = $1 AND phone = $2",
        tx.org().as_uuid(),
        phone,
        code.code_hash,
        code.wrong_tries,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets the code of a phone.
pub async fn delete(tx: &mut TenantTx, phone: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM member_codes WHERE org_id = $1 AND phone = $2",
        tx.org().as_uuid(),
        phone,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Counts a code for a request from a network within `hour`; how many there are now.
pub async fn count_network(
    tx: &mut TenantTx,
    network: &str,
    hour: DateTime<Utc>,
) -> Result<i32, StoreError> {
    let sent = sqlx::query_scalar!(
        "INSERT INTO member_code_networks AS known (org_id, network, hour, sent)
         VALUES ($1, $2, $3, 1)
         ON CONFLICT (org_id, network, hour) DO UPDATE SET sent = known.sent + 1
         RETURNING sent",
        tx.org().as_uuid(),
        network,
        hour,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(sent)
}

/// Deletes codes and counts from before `before`; how many.
pub async fn purge(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let codes = sqlx::query!(
        "DELETE FROM member_codes
         WHERE (org_id, phone) IN (
             SELECT org_id, phone FROM member_codes
             WHERE sent_at < $1
             ORDER BY sent_at
             LIMIT $2
         )",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    let networks = sqlx::query!(
        "DELETE FROM member_code_networks
         WHERE (org_id, network, hour) IN (
             SELECT org_id, network, hour FROM member_code_networks
             WHERE hour < $1
             ORDER BY hour
             LIMIT $2
         )",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(codes.rows_affected().max(networks.rows_affected()))
}
