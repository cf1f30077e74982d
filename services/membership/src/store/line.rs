//! LINE Login: channels, sign-ins under way, and accounts that wait for a phone.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, MemberId},
};
use chrono::{DateTime, Utc};

/// The channel of an organisation.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Version.
    pub version: i64,
    /// Channel id.
    pub channel_id: String,
    /// Its secret, sealed.
    pub sealed_secret: Vec<u8>,
    /// Last characters of the secret.
    pub secret_end: String,
    /// Customers may sign in with it.
    pub enabled: bool,
}

/// The organisation's channel.
pub async fn find_channel(tx: &mut TenantTx) -> Result<Option<Channel>, StoreError> {
    let found = sqlx::query_as!(
        Channel,
        "SELECT version, channel_id, sealed_secret, secret_end, enabled
         FROM line_channels
         WHERE org_id = $1",
        tx.org().as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores the channel that was read at the version before; false when it was changed since.
pub async fn save_channel(tx: &mut TenantTx, channel: &Channel) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "INSERT INTO line_channels AS known (
             org_id, version, channel_id, sealed_secret, secret_end, enabled
         )
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (org_id) DO UPDATE
         SET version = excluded.version, channel_id = excluded.channel_id,
             sealed_secret = excluded.sealed_secret, secret_end = excluded.secret_end,
             enabled = excluded.enabled
         WHERE known.version = excluded.version - 1",
        tx.org().as_uuid(),
        channel.version,
        channel.channel_id,
        channel.sealed_secret,
        channel.secret_end,
        channel.enabled,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The organisation's wrapped data key.
pub async fn find_data_key(tx: &mut TenantTx) -> Result<Option<Vec<u8>>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT wrapped FROM data_keys WHERE org_id = $1",
        tx.org().as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores the organisation's wrapped data key; one that is there already stays.
pub async fn insert_data_key(
    tx: &mut TenantTx,
    wrapped: &[u8],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO data_keys (org_id, wrapped, created_at)
         VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        wrapped,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A sign-in under way.
#[derive(Clone, Debug)]
pub struct Login {
    /// Device that began it.
    pub device: String,
    /// Expected in the id token.
    pub nonce: String,
    /// Of the exchange.
    pub code_verifier: String,
    /// Where to go afterwards.
    pub return_path: String,
    /// Branch where somebody joins.
    pub branch: Option<BranchId>,
    /// Member who links an account.
    pub member: Option<MemberId>,
    /// When it began.
    pub created_at: DateTime<Utc>,
}

/// Stores a sign-in.
pub async fn insert_login(
    tx: &mut TenantTx,
    state_hash: &[u8],
    login: &Login,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO line_logins (
             org_id, state_hash, device, nonce, code_verifier, return_path, branch_id, member_id,
             created_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.org().as_uuid(),
        state_hash,
        login.device,
        login.nonce,
        login.code_verifier,
        login.return_path,
        login.branch.map(|branch| branch.as_uuid()),
        login.member.map(|member| member.as_uuid()),
        login.created_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a sign-in, once, on the device that began it.
pub async fn take_login(
    tx: &mut TenantTx,
    state_hash: &[u8],
    device: &str,
) -> Result<Option<Login>, StoreError> {
    let found = sqlx::query_as!(
        Login,
        r#"DELETE FROM line_logins
         WHERE org_id = $1 AND state_hash = $2 AND device = $3
         RETURNING
             device,
             nonce,
             code_verifier,
             return_path,
             branch_id AS "branch: BranchId",
             member_id AS "member: MemberId",
             created_at"#,
        tx.org().as_uuid(),
        state_hash,
        device,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// An account in LINE that waits for a phone.
#[derive(Clone, Debug)]
pub struct PendingAccount {
    /// User id.
    pub line_user: String,
    /// Name in LINE.
    pub name: String,
    /// Branch where somebody joins.
    pub branch: Option<BranchId>,
    /// When it was confirmed.
    pub created_at: DateTime<Utc>,
}

/// Keeps an account for a device in the place of the one it had.
pub async fn put_pending(
    tx: &mut TenantTx,
    device: &str,
    pending: &PendingAccount,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO line_pending (org_id, device, line_user, name, branch_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (org_id, device) DO UPDATE
         SET line_user = excluded.line_user, name = excluded.name, branch_id = excluded.branch_id,
             created_at = excluded.created_at",
        tx.org().as_uuid(),
        device,
        pending.line_user,
        pending.name,
        pending.branch.map(|branch| branch.as_uuid()),
        pending.created_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The account of a device, if it was confirmed after `since`.
pub async fn find_pending(
    tx: &mut TenantTx,
    device: &str,
    since: DateTime<Utc>,
) -> Result<Option<PendingAccount>, StoreError> {
    let found = sqlx::query_as!(
        PendingAccount,
        r#"SELECT line_user, name, branch_id AS "branch: BranchId", created_at
         FROM line_pending
         WHERE org_id = $1 AND device = $2 AND created_at > $3"#,
        tx.org().as_uuid(),
        device,
        since,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Forgets the account of a device.
pub async fn delete_pending(tx: &mut TenantTx, device: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM line_pending WHERE org_id = $1 AND device = $2",
        tx.org().as_uuid(),
        device,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes sign-ins and accounts from before `before`; how many.
pub async fn purge(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let logins = sqlx::query!(
        "DELETE FROM line_logins
         WHERE (org_id, state_hash) IN (
             SELECT org_id, state_hash FROM line_logins
             WHERE created_at < $1
             ORDER BY created_at
             LIMIT $2
         )",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    let pending = sqlx::query!(
        "DELETE FROM line_pending
         WHERE (org_id, device) IN (
             SELECT org_id, device FROM line_pending
             WHERE created_at < $1
             ORDER BY created_at
             LIMIT $2
         )",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(logins.rows_affected().max(pending.rows_affected()))
}
