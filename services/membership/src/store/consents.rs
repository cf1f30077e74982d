//! Consents of members.

use chassis::{
    db::{StoreError, TenantTx},
    id::{AccountId, ConsentId, MemberId},
};
use chrono::{DateTime, Utc};

use crate::domain::member::{ConsentKind, ConsentSource};

/// A consent that was given or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// What it is about.
    pub kind: ConsentKind,
    /// Given, or withdrawn.
    pub agreed: bool,
    /// Version of the text.
    pub text_version: String,
    /// Where.
    pub source: ConsentSource,
    /// When.
    pub at: DateTime<Utc>,
}

/// Adds a consent.
pub async fn insert(
    tx: &mut TenantTx,
    member: MemberId,
    id: ConsentId,
    consent: &Consent,
    by: Option<AccountId>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO member_consents (
             org_id, member_id, consent_id, kind, agreed, text_version, source, account_id, at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.org().as_uuid(),
        member.as_uuid(),
        id.as_uuid(),
        consent.kind as _,
        consent.agreed,
        consent.text_version,
        consent.source as _,
        by.map(|account| account.as_uuid()),
        consent.at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Every consent of a member, oldest first.
pub async fn list(tx: &mut TenantTx, member: MemberId) -> Result<Vec<Consent>, StoreError> {
    let found = sqlx::query_as!(
        Consent,
        r#"SELECT
             kind AS "kind: ConsentKind",
             agreed,
             text_version,
             source AS "source: ConsentSource",
             at
         FROM member_consents
         WHERE org_id = $1 AND member_id = $2
         ORDER BY at, consent_id"#,
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}
