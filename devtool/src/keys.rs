//! The signing keys and secrets of one home, made once.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::SigningKey;

use crate::{home::Home, services::signers};

const FILE: &str = "keys.json";

/// Keys by signer, base64 of the 32-byte seed, and other secrets.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Keys {
    seeds: BTreeMap<String, String>,
    /// Key of the secret links of orders, base64.
    pub order_links: String,
    /// Master key of payments, which seals the credentials of providers, base64.
    #[serde(default = "random_base64")]
    pub payments_master: String,
    /// Master key of membership, which seals the secrets of channels and digests codes, base64.
    #[serde(default = "random_base64")]
    pub membership_master: String,
    /// Master key of printing, which seals the keys of printers and makes pairing codes, base64.
    #[serde(default = "random_base64")]
    pub printing_master: String,
    /// Password of the database role the services connect as.
    pub database_password: String,
}

impl Keys {
    /// Reads the keys of a home; what is not there yet, such as those of a new service, is made.
    pub fn of(home: &Home) -> anyhow::Result<Self> {
        let stored = home.read(FILE)?;
        let mut keys = stored.unwrap_or_else(|| Self {
            seeds: BTreeMap::new(),
            order_links: random_base64(),
            payments_master: random_base64(),
            membership_master: random_base64(),
            printing_master: random_base64(),
            database_password: random_base64().replace(['+', '/', '='], "x"),
        });
        for name in signers() {
            let seed = keys.seeds.entry(name.to_owned());
            seed.or_insert_with(random_base64);
        }
        home.write(FILE, &keys)?;
        Ok(keys)
    }

    /// The private seed of a signer, base64.
    pub fn private(&self, signer: &str) -> &str {
        self.seeds.get(signer).map_or("", String::as_str)
    }

    /// The private seed of a signer.
    pub fn seed(&self, signer: &str) -> anyhow::Result<[u8; 32]> {
        BASE64_STANDARD
            .decode(self.private(signer))?
            .try_into()
            .map_err(|_| anyhow::anyhow!("the key of {signer} is not 32 bytes"))
    }

    /// Master key of printing.
    pub fn printing_master(&self) -> anyhow::Result<[u8; 32]> {
        BASE64_STANDARD
            .decode(&self.printing_master)?
            .try_into()
            .map_err(|_| anyhow::anyhow!("the master key of printing is not 32 bytes"))
    }

    /// All public keys as the services' configuration takes them: `staff=<base64>,…`.
    pub fn public(&self) -> anyhow::Result<String> {
        let mut list = Vec::new();
        for name in self.seeds.keys() {
            let public = SigningKey::from_bytes(&self.seed(name)?).verifying_key();
            list.push(format!(
                "{name}={}",
                BASE64_STANDARD.encode(public.as_bytes())
            ));
        }
        Ok(list.join(","))
    }
}

fn random_base64() -> String {
    BASE64_STANDARD.encode(rand::random::<[u8; 32]>())
}
