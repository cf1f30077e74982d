//! Accounts at the clouds of printers as staff sets them.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{Problem, check_version},
    id::{CloudAccountId, OrganisationId},
    secret::Secret,
};

use super::{Dependencies, refusals, secrets};
use crate::{
    domain::{cloud::CloudAccount, device::Channel},
    store,
};

/// An account with the devices that are served with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAccount {
    /// The account.
    pub account: CloudAccount,
    /// Devices in use of its cloud.
    pub devices: i64,
}

/// The accounts of an organisation, at most one a cloud.
pub async fn list(deps: &Dependencies, org: OrganisationId) -> Result<Vec<ShownAccount>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let mut shown = Vec::new();
    for account in store::cloud_accounts::list(&mut tx).await? {
        shown.push(show(&mut tx, account).await?);
    }
    Ok(shown)
}

async fn show(tx: &mut TenantTx, account: CloudAccount) -> Result<ShownAccount, Problem> {
    let (devices, _) = store::cloud_devices::count(tx, account.channel).await?;
    Ok(ShownAccount { account, devices })
}

/// Sets user and key of the account at a cloud, which is tried with the devices that wait for it. Returns it as it
/// was, where there was one, and as it is.
pub async fn save(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    channel: Channel,
    version: i64,
    (user, key): (&str, &Secret),
) -> Result<(Option<ShownAccount>, ShownAccount), Problem> {
    identity.require_org_scope()?;
    let before = store::cloud_accounts::lock_of(tx, channel).await?;
    check_version(version, before.as_ref().map_or(0, |before| before.version))?;
    let id = match &before {
        Some(before) => before.id,
        None => CloudAccountId::new(&*deps.clock),
    };
    let after = CloudAccount {
        id,
        channel,
        user: user.to_owned(),
        key_last_four: key.last_four(),
        refused_at: None,
        version: version + 1,
    };
    let sealed = secrets::seal_account_key(deps, tx, id, key).await?;
    let now = deps.clock.now();
    match &before {
        Some(before) => {
            // What another user has cannot be taken out of their account without their key.
            let (_, added) = store::cloud_devices::count(tx, channel).await?;
            if before.user != after.user && added > 0 {
                return Err(refusals::in_use("devices", added));
            }
            store::cloud_accounts::update(tx, &after, &sealed).await?;
        }
        None => store::cloud_accounts::insert(tx, &after, &sealed, now).await?,
    }
    store::cloud_devices::wake_all(tx, channel, now).await?;
    let before = match before {
        Some(before) => Some(show(tx, before).await?),
        None => None,
    };
    Ok((before, show(tx, after).await?))
}

/// Deletes an account that no device needs. Returns it as it was.
pub async fn delete(
    tx: &mut TenantTx,
    identity: &Identity,
    id: CloudAccountId,
    version: i64,
) -> Result<ShownAccount, Problem> {
    let account = store::cloud_accounts::lock(tx, id).await?;
    let account = account.ok_or_else(|| Problem::not_found("cloud account"))?;
    identity.require_org_scope()?;
    check_version(version, account.version)?;
    let shown = show(tx, account).await?;
    if shown.devices > 0 {
        return Err(refusals::in_use("devices", shown.devices));
    }
    store::cloud_accounts::delete(tx, id).await?;
    Ok(shown)
}
