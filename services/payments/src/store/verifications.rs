//! Payments of one unit that verify accounts.

use std::collections::BTreeMap;

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{GatewayAccountId, VerificationId},
};
use chrono::{DateTime, Utc};

use super::{texts, texts_to_json};

chassis::text_enum! {
    /// State of a verification.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum VerificationState: proto::payments::v1::VerificationState {
        /// Waits for the payment.
        Pending = "pending",
        /// The provider says that it was paid.
        Passed = "passed",
        /// It failed.
        Failed = "failed",
    }
}

/// A verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Id.
    pub id: VerificationId,
    /// Account.
    pub account: GatewayAccountId,
    /// Credentials it was started with.
    pub credentials_number: i32,
    /// Reference at the provider.
    pub reference: String,
    /// State.
    pub state: VerificationState,
    /// The provider's number.
    pub provider_reference: Option<String>,
    /// What later calls need.
    pub extra: BTreeMap<String, String>,
    /// Page of the back office that the browser is led back to.
    pub back_url: String,
    /// Why it failed.
    pub text: String,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// When it passed or failed.
    pub settled_at: Option<DateTime<Utc>>,
}

/// A verification of an account.
pub async fn find(
    tx: &mut TenantTx,
    account: GatewayAccountId,
    id: VerificationId,
) -> Result<Option<Verification>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT
             credentials_number,
             reference,
             state AS "state: VerificationState",
             provider_reference,
             extra,
             back_url,
             text,
             started_at,
             settled_at
         FROM account_verifications
         WHERE org_id = $1 AND verification_id = $2 AND account_id = $3"#,
        tx.org().as_uuid(),
        id.as_uuid(),
        account.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Verification {
        id,
        account,
        credentials_number: row.credentials_number,
        reference: row.reference,
        state: row.state,
        provider_reference: row.provider_reference,
        extra: texts("account_verifications", "extra", id, row.extra)?,
        back_url: row.back_url,
        text: row.text,
        started_at: row.started_at,
        settled_at: row.settled_at,
    }))
}

/// The page that the browser of the verification with this reference is led back to.
pub async fn find_back_url(
    tx: &mut SystemTx,
    reference: &str,
) -> Result<Option<String>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT back_url FROM account_verifications WHERE reference = $1",
        reference,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Whether an account has a verification with this reference.
pub async fn exists(
    tx: &mut TenantTx,
    account: GatewayAccountId,
    reference: &str,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM account_verifications
             WHERE org_id = $1 AND account_id = $2 AND reference = $3
         ) AS "found!""#,
        tx.org().as_uuid(),
        account.as_uuid(),
        reference,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores a new verification, or what has become of one.
pub async fn upsert(tx: &mut TenantTx, verification: &Verification) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO account_verifications (
             org_id, verification_id, account_id, credentials_number, reference, state,
             provider_reference, extra, back_url, text, started_at, settled_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (org_id, verification_id) DO UPDATE
         SET state = excluded.state, provider_reference = excluded.provider_reference,
             extra = excluded.extra, text = excluded.text, settled_at = excluded.settled_at",
        tx.org().as_uuid(),
        verification.id.as_uuid(),
        verification.account.as_uuid(),
        verification.credentials_number,
        verification.reference,
        verification.state as _,
        verification.provider_reference,
        texts_to_json(&verification.extra),
        verification.back_url,
        verification.text,
        verification.started_at,
        verification.settled_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
