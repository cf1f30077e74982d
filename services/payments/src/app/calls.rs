//! An account's keys and addresses, ready for calls to its provider.

use chassis::{
    db::TenantTx,
    id::GatewayAccountId,
    secret::{DataKey, Secret},
};
use chrono::{DateTime, Utc};
use payment_adapters::{Adapter, Context, Credentials, Endpoints, Environment, Http, Provider};

use super::{Dependencies, error::Error};
use crate::{
    domain::account::{self, StoredCredentials},
    store,
};

/// What a call to a provider needs; it holds no transaction.
pub struct Caller {
    http: Http,
    endpoints: Endpoints,
    credentials: Credentials,
    adapter: &'static dyn Adapter,
}

impl Caller {
    /// Speaks to the provider.
    #[must_use]
    pub fn adapter(&self) -> &'static dyn Adapter {
        self.adapter
    }

    /// What the adapter's calls take.
    #[must_use]
    pub fn context(&self, now: DateTime<Utc>) -> Context<'_> {
        Context {
            http: &self.http,
            endpoints: &self.endpoints,
            credentials: &self.credentials,
            now,
        }
    }
}

/// The organisation's data key; one is made where there is none.
async fn data_key(deps: &Dependencies, tx: &mut TenantTx) -> Result<DataKey, Error> {
    let org = tx.org();
    let mut found = store::accounts::find_data_key(tx).await?;
    if found.is_none() {
        let (_, wrapped) = deps.sealer.new_data_key(org);
        store::accounts::insert_data_key(tx, &wrapped, deps.clock.now()).await?;
        found = store::accounts::find_data_key(tx).await?;
    }
    let key = deps.sealer.data_key(org, &found.unwrap_or_default());
    key.map_err(|error| anyhow::Error::from(error).into())
}

/// What the credentials of an account are sealed for.
fn purpose(account: GatewayAccountId) -> String {
    format!("payments.account.{account}")
}

/// Seals credentials of an account.
pub async fn seal(
    deps: &Dependencies,
    tx: &mut TenantTx,
    id: GatewayAccountId,
    credentials: &Credentials,
) -> Result<Vec<u8>, Error> {
    let key = data_key(deps, tx).await?;
    Ok(key.seal(&purpose(id), &account::to_json(credentials)))
}

/// Opens sets of credentials of an account.
pub async fn open(
    deps: &Dependencies,
    tx: &mut TenantTx,
    id: GatewayAccountId,
    provider: Provider,
    sets: &[&StoredCredentials],
) -> Result<Vec<Credentials>, Error> {
    let key = data_key(deps, tx).await?;
    let fields = deps.adapter(provider).fields();
    let mut opened = Vec::with_capacity(sets.len());
    for set in sets {
        let json: Secret = key
            .open(&purpose(id), &set.sealed)
            .map_err(anyhow::Error::from)?;
        let credentials = account::from_json(fields, &json).map_err(|_| {
            anyhow::anyhow!(
                "credentials {} of account {id} are not what was stored",
                set.number
            )
        })?;
        opened.push(credentials);
    }
    Ok(opened)
}

/// A caller with the credentials of this number; an attempt is always queried with those it was made
/// with.
pub async fn caller(
    deps: &Dependencies,
    tx: &mut TenantTx,
    id: GatewayAccountId,
    provider: Provider,
    environment: Environment,
    number: i32,
) -> Result<Caller, Error> {
    let sets = store::accounts::list_credentials(tx, id).await?;
    let set = sets.iter().find(|set| set.number == number);
    let set = set.ok_or_else(|| anyhow::anyhow!("account {id} has no credentials {number}"))?;
    let opened = open(deps, tx, id, provider, &[set]).await?;
    let credentials = opened.into_iter().next().unwrap_or_default();
    Ok(Caller {
        http: deps.http.clone(),
        endpoints: deps.endpoints.get(provider, environment).clone(),
        credentials,
        adapter: deps.adapter(provider),
    })
}
