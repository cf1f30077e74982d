//! Table `accounts`.

use chassis::{
    authn::Scope,
    clock::Clock,
    db::{StoreError, TenantTx},
    error::Problem,
    id::{AccountId, BranchId, BrandId, OrganisationId},
};
use uuid::Uuid;

use crate::domain::account::Account;

struct Row {
    org_id: Uuid,
    account_id: Uuid,
    account: String,
    name: String,
    role: String,
    password_hash: String,
    session_generation: i64,
    scope_organisation: bool,
    scope_brands: Vec<Uuid>,
    scope_branches: Vec<Uuid>,
    enabled: bool,
    version: i64,
}

impl TryFrom<Row> for Account {
    type Error = Problem;

    fn try_from(row: Row) -> Result<Self, Problem> {
        let role = row
            .role
            .parse()
            .map_err(|_| StoreError::inconsistent("accounts", "role", row.account_id))?;
        Ok(Self {
            org: OrganisationId::from_uuid(row.org_id),
            id: AccountId::from_uuid(row.account_id),
            account: row.account,
            name: row.name,
            role,
            password_hash: row.password_hash,
            session_generation: row.session_generation,
            scope: Scope {
                organisation: row.scope_organisation,
                brands: row
                    .scope_brands
                    .into_iter()
                    .map(BrandId::from_uuid)
                    .collect(),
                branches: row
                    .scope_branches
                    .into_iter()
                    .map(BranchId::from_uuid)
                    .collect(),
            },
            enabled: row.enabled,
            version: row.version,
        })
    }
}

/// Inserts an account; false when its name is in use.
pub async fn insert(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    account: &Account,
) -> Result<bool, Problem> {
    let (brands, branches) = columns(&account.scope);
    let done = sqlx::query!(
        r#"
        INSERT INTO accounts
            (org_id, account_id, account, name, role, password_hash, session_generation,
             scope_organisation, scope_brands, scope_branches, enabled, version, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT DO NOTHING
        "#,
        account.org.as_uuid(),
        account.id.as_uuid(),
        account.account,
        account.name,
        account.role.key(),
        account.password_hash,
        account.session_generation,
        account.scope.organisation,
        &brands,
        &branches,
        account.enabled,
        account.version,
        clock.now(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Finds an account by its name.
pub async fn find_by_name(tx: &mut TenantTx, account: &str) -> Result<Option<Account>, Problem> {
    let row = sqlx::query_as!(
        Row,
        r#"
        SELECT org_id, account_id, account, name, role, password_hash,
               session_generation, scope_organisation, scope_brands, scope_branches, enabled,
               version
        FROM accounts
        WHERE org_id = $1 AND account = $2
        "#,
        tx.org().as_uuid(),
        account,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Account::try_from).transpose()
}

/// Gets an account. Refuses with `NOT_FOUND`.
pub async fn get(tx: &mut TenantTx, id: AccountId) -> Result<Account, Problem> {
    let row = sqlx::query_as!(
        Row,
        r#"
        SELECT org_id, account_id, account, name, role, password_hash,
               session_generation, scope_organisation, scope_brands, scope_branches, enabled,
               version
        FROM accounts
        WHERE org_id = $1 AND account_id = $2
        "#,
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.ok_or_else(|| Problem::not_found("account"))?.try_into()
}

/// Lists accounts by name, those after the given one whose scope lies within `within`.
pub async fn list(
    tx: &mut TenantTx,
    within: &Scope,
    after: &str,
    limit: i64,
) -> Result<Vec<Account>, Problem> {
    let (brands, branches) = columns(within);
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT org_id, account_id, account, name, role, password_hash,
               session_generation, scope_organisation, scope_brands, scope_branches, enabled,
               version
        FROM accounts
        WHERE org_id = $1
          AND account > $2
          AND (
              $3
              OR (
                  NOT scope_organisation
                  AND cardinality(scope_brands) + cardinality(scope_branches) > 0
                  AND scope_brands <@ $4
                  AND scope_branches <@ $5
              )
          )
        ORDER BY account
        LIMIT $6
        "#,
        tx.org().as_uuid(),
        after,
        within.organisation,
        &brands,
        &branches,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// Counts the owners who may sign in, and keeps their rows locked so that two people can't disable
/// the last two at once.
pub async fn lock_enabled_owners(tx: &mut TenantTx) -> Result<usize, Problem> {
    let owners = sqlx::query_scalar!(
        r#"
        SELECT account_id
        FROM accounts
        WHERE org_id = $1 AND role = 'owner' AND enabled
        ORDER BY account_id
        FOR UPDATE
        "#,
        tx.org().as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(owners.len())
}

/// Enables or disables an account read at a version; false when it has changed since.
/// Disabling starts another generation of sessions.
pub async fn update_enabled(
    tx: &mut TenantTx,
    id: AccountId,
    version: i64,
    enabled: bool,
) -> Result<bool, Problem> {
    let done = sqlx::query!(
        r#"
        UPDATE accounts
        SET enabled = $4,
            version = version + 1,
            session_generation = session_generation + CASE WHEN $4 THEN 0 ELSE 1 END
        WHERE org_id = $1 AND account_id = $2 AND version = $3
        "#,
        tx.org().as_uuid(),
        id.as_uuid(),
        version,
        enabled,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Replaces a password hash and returns the generation of sessions that starts with it.
pub async fn update_password(
    tx: &mut TenantTx,
    id: AccountId,
    password_hash: &str,
) -> Result<i64, Problem> {
    let generation = sqlx::query_scalar!(
        r#"
        UPDATE accounts
        SET password_hash = $3,
            version = version + 1,
            session_generation = session_generation + 1
        WHERE org_id = $1 AND account_id = $2
        RETURNING session_generation
        "#,
        tx.org().as_uuid(),
        id.as_uuid(),
        password_hash,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(generation)
}

/// Brands and branches of a scope, as columns.
fn columns(scope: &Scope) -> (Vec<Uuid>, Vec<Uuid>) {
    (
        scope.brands.iter().map(BrandId::as_uuid).collect(),
        scope.branches.iter().map(BranchId::as_uuid).collect(),
    )
}
