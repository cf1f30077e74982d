//! Accounts at providers as staff set them.

use std::collections::BTreeMap;

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{Problem, check_version},
    id::{BranchId, BrandId, GatewayAccountId, OrganisationId},
};
use chrono::{DateTime, Utc};
use payment_adapters::{Credentials, Environment, Provider};

use super::{Dependencies, calls, error::Error};
use crate::{
    domain::account::{self, Account, StoredCredentials},
    store,
};

/// An account with its credentials as far as they may be shown.
#[derive(Clone, Debug)]
pub struct ShownAccount {
    /// The account.
    pub account: Account,
    /// The credentials in use.
    pub credentials: StoredCredentials,
}

/// Refuses where the caller may not touch the account's brand or branch.
pub fn require_place(
    identity: &Identity,
    brand: BrandId,
    branch: Option<BranchId>,
) -> Result<(), Problem> {
    match branch {
        Some(branch) => identity.require_branch(brand, branch),
        None => identity.require_brand(brand),
    }
}

/// Lists the accounts of a brand that the caller may see.
pub async fn list(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    brand: BrandId,
) -> Result<Vec<ShownAccount>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let mut accounts = store::accounts::list(&mut tx, brand).await?;
    let whole_brand = identity.require_brand(brand);
    accounts.retain(|account| require_place(identity, brand, account.branch).is_ok());
    if accounts.is_empty() {
        whole_brand?;
    }
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let sets = store::accounts::list_credentials_of(&mut tx, &ids).await?;
    let mut shown = Vec::with_capacity(accounts.len());
    for account in accounts {
        let set = sets
            .iter()
            .find(|(id, set)| *id == account.id && set.number == account.credentials_number);
        let (_, set) = set.ok_or_else(|| no_credentials(account.id))?;
        shown.push(ShownAccount {
            credentials: set.clone(),
            account,
        });
    }
    Ok(shown)
}

fn no_credentials(id: GatewayAccountId) -> anyhow::Error {
    anyhow::anyhow!("account {id} has not the credentials it uses")
}

/// Loads an account that is locked, and checks who wants to change it.
pub async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    id: GatewayAccountId,
) -> Result<Account, Error> {
    let account = store::accounts::lock(tx, id).await?;
    let account = account.ok_or(Error::AccountUnknown)?;
    require_place(identity, account.brand, account.branch)?;
    Ok(account)
}

/// An account as it is shown.
pub async fn show(tx: &mut TenantTx, account: Account) -> Result<ShownAccount, Error> {
    let sets = store::accounts::list_credentials(tx, account.id).await?;
    let set = sets
        .into_iter()
        .find(|set| set.number == account.credentials_number);
    Ok(ShownAccount {
        credentials: set.ok_or_else(|| no_credentials(account.id))?,
        account,
    })
}

/// Reads credentials as a provider needs them; every wrong field is named.
pub fn parse_credentials(
    deps: &Dependencies,
    provider: Provider,
    values: BTreeMap<String, String>,
) -> Result<Credentials, Error> {
    Credentials::parse(deps.adapter(provider).fields(), values).map_err(Error::CredentialsInvalid)
}

/// Creates an account in test mode, in the transaction of its idempotency key.
pub async fn create(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    account: Account,
    credentials: &Credentials,
) -> Result<ShownAccount, Error> {
    require_place(identity, account.brand, account.branch)?;
    let is_known = match account.branch {
        Some(branch) => store::branches::find_brand(tx, branch).await? == Some(account.brand),
        None => store::branches::has_brand(tx, account.brand).await?,
    };
    if !is_known {
        return Err(Problem::not_found("branch").into());
    }
    let now = deps.clock.now();
    store::accounts::insert(tx, &account, now).await?;
    store_credentials(deps, tx, &account, credentials, now).await?;
    show(tx, account).await
}

async fn store_credentials(
    deps: &Dependencies,
    tx: &mut TenantTx,
    account: &Account,
    credentials: &Credentials,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let set = StoredCredentials {
        number: account.credentials_number,
        environment: account.environment,
        sealed: calls::seal(deps, tx, account.id, credentials).await?,
        hints: account::hints(deps.adapter(account.provider).fields(), credentials),
        created_at: now,
        replaced_at: None,
    };
    Ok(store::accounts::insert_credentials(tx, account.id, &set).await?)
}

/// What may change of an account beside its credentials.
#[derive(Clone, Debug)]
pub struct AccountChange {
    /// Name.
    pub name: String,
    /// Money is captured at once.
    pub capture_at_once: bool,
    /// When it begins to take payments; `None` leaves it.
    pub effective_at: Option<DateTime<Utc>>,
    /// No longer used for new payments.
    pub archived: bool,
    /// The branch's code at the provider.
    pub store_code: String,
    /// Days until the provider pays out.
    pub settlement_days: i16,
}

/// Changes what is not secret of an account. Returns it as it was and as it is.
pub async fn update(
    tx: &mut TenantTx,
    identity: &Identity,
    id: GatewayAccountId,
    version: i64,
    change: AccountChange,
) -> Result<(ShownAccount, ShownAccount), Error> {
    let before = lock(tx, identity, id).await?;
    check_version(version, before.version)?;
    let after = Account {
        name: change.name,
        capture_at_once: change.capture_at_once,
        effective_at: change.effective_at.unwrap_or(before.effective_at),
        archived: change.archived,
        store_code: change.store_code,
        settlement_days: change.settlement_days,
        version: before.version + 1,
        ..before.clone()
    };
    store::accounts::update(tx, &after).await?;
    Ok((show(tx, before).await?, show(tx, after).await?))
}

/// Replaces the credentials of an account, and switches it between test and live. Returns it as it was
/// and as it is.
pub async fn replace_credentials(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    id: GatewayAccountId,
    version: i64,
    environment: Environment,
    values: BTreeMap<String, String>,
) -> Result<(ShownAccount, ShownAccount), Error> {
    let stored = lock(tx, identity, id).await?;
    check_version(version, stored.version)?;
    let credentials = parse_credentials(deps, stored.provider, values)?;
    if environment == Environment::Live && stored.verified_at.is_none() {
        return Err(Error::VerificationRequired);
    }
    let before = show(tx, stored.clone()).await?;
    let after = Account {
        environment,
        credentials_number: stored.credentials_number + 1,
        version: stored.version + 1,
        ..stored
    };
    store_credentials(deps, tx, &after, &credentials, deps.clock.now()).await?;
    store::accounts::update(tx, &after).await?;
    Ok((before, show(tx, after).await?))
}
