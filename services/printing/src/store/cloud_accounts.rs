//! Accounts at the clouds of printers.

use chassis::{
    db::{OnConstraint as _, StoreError, TenantTx},
    error::{CommonReason, Problem},
    id::CloudAccountId,
};
use chrono::{DateTime, Utc};

use crate::domain::{cloud::CloudAccount, device::Channel};

/// Selects accounts of the organisation, the first parameter.
macro_rules! select_accounts {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            CloudAccount,
            r#"
            SELECT
                account_id AS "id: CloudAccountId",
                channel AS "channel: Channel",
                user_name AS user,
                key_last_four,
                refused_at,
                version
            FROM cloud_accounts
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// The accounts of the organisation, one a cloud.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<CloudAccount>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_accounts!("ORDER BY channel", org,)
        .fetch_all(&mut **tx)
        .await?;
    Ok(found)
}

/// The account at a cloud.
pub async fn find_of(
    tx: &mut TenantTx,
    channel: Channel,
) -> Result<Option<CloudAccount>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_accounts!("AND channel = $2", org, channel.as_str(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found)
}

/// The account at a cloud; others who change it wait until the transaction ends.
pub async fn lock_of(
    tx: &mut TenantTx,
    channel: Channel,
) -> Result<Option<CloudAccount>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_accounts!("AND channel = $2 FOR UPDATE", org, channel.as_str(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found)
}

/// An account; others who change it wait until the transaction ends.
pub async fn lock(
    tx: &mut TenantTx,
    id: CloudAccountId,
) -> Result<Option<CloudAccount>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_accounts!("AND account_id = $2 FOR UPDATE", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found)
}

/// The sealed key of an account.
pub async fn find_key(
    tx: &mut TenantTx,
    id: CloudAccountId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT sealed_key FROM cloud_accounts WHERE org_id = $1 AND account_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores a new account; refuses with `VERSION_CONFLICT` where the cloud has got one meanwhile.
pub async fn insert(
    tx: &mut TenantTx,
    account: &CloudAccount,
    sealed_key: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    sqlx::query!(
        "INSERT INTO cloud_accounts (
             org_id, account_id, channel, user_name, sealed_key, key_last_four, version, created_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.org().as_uuid(),
        account.id.as_uuid(),
        account.channel.as_str(),
        account.user,
        sealed_key,
        account.key_last_four,
        account.version,
        now,
    )
    .execute(&mut **tx)
    .await
    .on_constraint("cloud_accounts_one", || {
        Problem::new(CommonReason::VersionConflict).message("the cloud has an account meanwhile")
    })?;
    Ok(())
}

/// Stores user and key of an account whose row is locked; it counts as not refused.
pub async fn update(
    tx: &mut TenantTx,
    account: &CloudAccount,
    sealed_key: &[u8],
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE cloud_accounts
         SET user_name = $3, sealed_key = $4, key_last_four = $5, refused_at = NULL, version = $6
         WHERE org_id = $1 AND account_id = $2",
        tx.org().as_uuid(),
        account.id.as_uuid(),
        account.user,
        sealed_key,
        account.key_last_four,
        account.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes an account with its key.
pub async fn delete(tx: &mut TenantTx, id: CloudAccountId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM cloud_accounts WHERE org_id = $1 AND account_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes whether the cloud refuses an account, as long as it is the version that was tried; the instant of the first
/// refusal stays.
pub async fn note_refused(
    tx: &mut TenantTx,
    tried: &CloudAccount,
    refused_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE cloud_accounts
         SET refused_at = CASE
             WHEN $4::timestamptz IS NULL THEN NULL
             ELSE coalesce(refused_at, $4)
         END
         WHERE org_id = $1 AND account_id = $2 AND version = $3",
        tx.org().as_uuid(),
        tried.id.as_uuid(),
        tried.version,
        refused_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
