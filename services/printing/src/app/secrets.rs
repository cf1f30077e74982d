//! Secrets: random ones of which only digests are kept, and keys of vendors' clouds, sealed.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{CloudAccountId, DeviceId},
    secret::{DataKey, Secret},
};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::Dependencies;
use crate::store;

/// Letters and digits that are not mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Of an address: 160 bits.
const ADDRESS_LETTERS: usize = 32;
/// Of an agent's token: 260 bits.
const TOKEN_LETTERS: usize = 52;
/// Of an agent's pairing code: 50 bits, for a quarter of an hour.
const CODE_LETTERS: usize = 10;

/// A random secret of an address.
#[must_use]
pub fn new_address_secret() -> Secret {
    letters(ADDRESS_LETTERS)
}

/// A random pairing code of an agent.
#[must_use]
pub fn new_agent_code() -> Secret {
    letters(CODE_LETTERS)
}

/// A random token of an agent.
#[must_use]
pub fn new_agent_token() -> Secret {
    letters(TOKEN_LETTERS)
}

fn letters(count: usize) -> Secret {
    // 32 letters: each byte gives one of them evenly.
    let letter = |_| char::from(ALPHABET[usize::from(rand::random::<u8>()) % ALPHABET.len()]);
    Secret::new((0..count).map(letter).collect())
}

/// What is stored of a secret.
#[must_use]
pub fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// What is stored of a code that a person types: case and spaces do not count.
#[must_use]
pub fn digest_of_typed(code: &str) -> Vec<u8> {
    let code: String = code.split_whitespace().collect();
    digest(&code.to_ascii_lowercase())
}

/// The address of a device that polls: everything that identifies it is its secret.
pub fn address(base: &Url, secret: &Secret) -> Result<Url, Problem> {
    base.join(&format!("/d/{}", secret.reveal()))
        .map_err(Problem::internal)
}

const VENDOR_KEY: &str = "printing.vendor_key";

/// Seals the key of a device's cloud.
pub async fn seal_vendor_key(
    deps: &Dependencies,
    tx: &mut TenantTx,
    device: DeviceId,
    key: &Secret,
) -> Result<Vec<u8>, Problem> {
    let data_key = data_key(deps, tx).await?;
    Ok(data_key.seal(&format!("{VENDOR_KEY}:{device}"), key))
}

/// Opens the key of a device's cloud; `None` where it has none.
pub async fn open_vendor_key(
    deps: &Dependencies,
    tx: &mut TenantTx,
    device: DeviceId,
) -> Result<Option<Secret>, Problem> {
    let Some(sealed) = store::devices::find_vendor_key(tx, device).await? else {
        return Ok(None);
    };
    let data_key = data_key(deps, tx).await?;
    let opened = data_key.open(&format!("{VENDOR_KEY}:{device}"), &sealed);
    Ok(Some(opened.map_err(Problem::internal)?))
}

const ACCOUNT_KEY: &str = "printing.cloud_account_key";

/// Seals the key of an account at a cloud.
pub async fn seal_account_key(
    deps: &Dependencies,
    tx: &mut TenantTx,
    account: CloudAccountId,
    key: &Secret,
) -> Result<Vec<u8>, Problem> {
    let data_key = data_key(deps, tx).await?;
    Ok(data_key.seal(&format!("{ACCOUNT_KEY}:{account}"), key))
}

/// Opens the key of an account at a cloud; `None` where there is no such account any more.
pub async fn open_account_key(
    deps: &Dependencies,
    tx: &mut TenantTx,
    account: CloudAccountId,
) -> Result<Option<Secret>, Problem> {
    let Some(sealed) = store::cloud_accounts::find_key(tx, account).await? else {
        return Ok(None);
    };
    let data_key = data_key(deps, tx).await?;
    let opened = data_key.open(&format!("{ACCOUNT_KEY}:{account}"), &sealed);
    Ok(Some(opened.map_err(Problem::internal)?))
}

async fn data_key(deps: &Dependencies, tx: &mut TenantTx) -> Result<DataKey, Problem> {
    let org = tx.org();
    if store::data_keys::find(tx).await?.is_none() {
        let (_, wrapped) = deps.sealer.new_data_key(org);
        store::data_keys::insert(tx, &wrapped, deps.clock.now()).await?;
    }
    let wrapped = store::data_keys::find(tx).await?.unwrap_or_default();
    deps.sealer
        .data_key(org, &wrapped)
        .map_err(Problem::internal)
}
