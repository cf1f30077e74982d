//! Accounts at providers with their credentials.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, BrandId, GatewayAccountId, OrganisationId},
};
use chrono::{DateTime, TimeDelta, Utc};
use payment_adapters::{Environment, Provider};

use crate::domain::account::{Account, StoredCredentials};

/// Selects accounts of the organisation, the first parameter.
macro_rules! select_accounts {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Account,
            r#"
            SELECT
                account_id AS "id: GatewayAccountId",
                brand_id AS "brand: BrandId",
                branch_id AS "branch: BranchId",
                provider AS "provider: Provider",
                name,
                mode AS "environment: Environment",
                capture_at_once,
                effective_at,
                archived,
                store_code,
                settlement_days,
                credentials_number,
                verified_at,
                version
            FROM gateway_accounts
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Finds an account.
pub async fn find(tx: &mut TenantTx, id: GatewayAccountId) -> Result<Option<Account>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_accounts!("AND account_id = $2", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found)
}

/// Finds an account and keeps others from changing it until the transaction ends.
pub async fn lock(tx: &mut TenantTx, id: GatewayAccountId) -> Result<Option<Account>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_accounts!("AND account_id = $2 FOR UPDATE", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found)
}

/// Accounts of a brand and its branches: those of the brand first.
pub async fn list(tx: &mut TenantTx, brand: BrandId) -> Result<Vec<Account>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_accounts!(
        "AND brand_id = $2 ORDER BY branch_id NULLS FIRST, effective_at, account_id",
        org,
        brand.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// The organisation of an account at `provider`.
pub async fn find_organisation(
    tx: &mut SystemTx,
    id: GatewayAccountId,
    provider: Provider,
) -> Result<Option<OrganisationId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT org_id AS "org_id: OrganisationId"
         FROM gateway_accounts
         WHERE account_id = $1 AND provider = $2"#,
        id.as_uuid(),
        provider as _,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores a new account.
pub async fn insert(
    tx: &mut TenantTx,
    account: &Account,
    created_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO gateway_accounts (
             org_id, account_id, brand_id, branch_id, provider, name, mode, capture_at_once,
             effective_at, archived, store_code, settlement_days, credentials_number, verified_at,
             version, created_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        tx.org().as_uuid(),
        account.id.as_uuid(),
        account.brand.as_uuid(),
        account.branch.map(|branch| branch.as_uuid()),
        account.provider as _,
        account.name,
        account.environment as _,
        account.capture_at_once,
        account.effective_at,
        account.archived,
        account.store_code,
        account.settlement_days,
        account.credentials_number,
        account.verified_at,
        account.version,
        created_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what may change of an account whose row is locked.
pub async fn update(tx: &mut TenantTx, account: &Account) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE gateway_accounts
         SET name = $3, mode = $4, capture_at_once = $5, effective_at = $6, archived = $7,
             store_code = $8, settlement_days = $9, credentials_number = $10, verified_at = $11,
             version = $12
         WHERE org_id = $1 AND account_id = $2",
        tx.org().as_uuid(),
        account.id.as_uuid(),
        account.name,
        account.environment as _,
        account.capture_at_once,
        account.effective_at,
        account.archived,
        account.store_code,
        account.settlement_days,
        account.credentials_number,
        account.verified_at,
        account.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores a set of credentials, which takes the place of the one in use.
pub async fn insert_credentials(
    tx: &mut TenantTx,
    account: GatewayAccountId,
    set: &StoredCredentials,
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        "UPDATE account_credentials
         SET replaced_at = $3
         WHERE org_id = $1 AND account_id = $2 AND replaced_at IS NULL",
        org,
        account.as_uuid(),
        set.created_at,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO account_credentials (
             org_id, account_id, number, mode, sealed, hints, created_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        org,
        account.as_uuid(),
        set.number,
        set.environment as _,
        set.sealed,
        serde_json::to_value(&set.hints).expect("hints are plain data"),
        set.created_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

struct CredentialsRow {
    account_id: GatewayAccountId,
    number: i32,
    mode: Environment,
    sealed: Vec<u8>,
    hints: serde_json::Value,
    created_at: DateTime<Utc>,
    replaced_at: Option<DateTime<Utc>>,
}

impl TryFrom<CredentialsRow> for (GatewayAccountId, StoredCredentials) {
    type Error = StoreError;

    fn try_from(row: CredentialsRow) -> Result<Self, StoreError> {
        let set = StoredCredentials {
            number: row.number,
            environment: row.mode,
            sealed: row.sealed,
            hints: serde_json::from_value(row.hints).map_err(|_| {
                StoreError::inconsistent("account_credentials", "hints", row.account_id)
            })?,
            created_at: row.created_at,
            replaced_at: row.replaced_at,
        };
        Ok((row.account_id, set))
    }
}

/// Every set of credentials of an account.
pub async fn list_credentials(
    tx: &mut TenantTx,
    account: GatewayAccountId,
) -> Result<Vec<StoredCredentials>, StoreError> {
    let found = list_credentials_of(tx, &[account]).await?;
    Ok(found.into_iter().map(|(_, set)| set).collect())
}

/// Every set of credentials of some accounts.
pub async fn list_credentials_of(
    tx: &mut TenantTx,
    accounts: &[GatewayAccountId],
) -> Result<Vec<(GatewayAccountId, StoredCredentials)>, StoreError> {
    let ids: Vec<_> = accounts.iter().map(GatewayAccountId::as_uuid).collect();
    let rows = sqlx::query_as!(
        CredentialsRow,
        r#"SELECT
             account_id AS "account_id: GatewayAccountId",
             number,
             mode AS "mode: Environment",
             sealed,
             hints,
             created_at,
             replaced_at
         FROM account_credentials
         WHERE org_id = $1 AND account_id = ANY($2)
         ORDER BY account_id, number"#,
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
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
    created_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO data_keys (org_id, wrapped, created_at)
         VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        wrapped,
        created_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the next call of an account for now and keeps others away for `spacing`; otherwise returns
/// when the account may be called.
pub async fn take_call(
    tx: &mut TenantTx,
    account: GatewayAccountId,
    now: DateTime<Utc>,
    spacing: TimeDelta,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let org = tx.org().as_uuid();
    let taken = sqlx::query!(
        "INSERT INTO account_calls (org_id, account_id, next_call_at)
         VALUES ($1, $2, $4)
         ON CONFLICT (org_id, account_id) DO UPDATE SET next_call_at = excluded.next_call_at
         WHERE account_calls.next_call_at <= $3",
        org,
        account.as_uuid(),
        now,
        now + spacing,
    )
    .execute(&mut **tx)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(None);
    }
    let next = sqlx::query_scalar!(
        "SELECT next_call_at FROM account_calls WHERE org_id = $1 AND account_id = $2",
        org,
        account.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Some(next))
}

/// Lets nobody call an account before `until`.
pub async fn pause_calls(
    tx: &mut TenantTx,
    account: GatewayAccountId,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO account_calls (org_id, account_id, next_call_at)
         VALUES ($1, $2, $3)
         ON CONFLICT (org_id, account_id) DO UPDATE
         SET next_call_at = greatest(account_calls.next_call_at, excluded.next_call_at)",
        tx.org().as_uuid(),
        account.as_uuid(),
        until,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
