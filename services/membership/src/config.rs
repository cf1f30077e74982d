//! The service's own section of the configuration, `MEMBERSHIP_`.

use anyhow::Context as _;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chassis::secret::{Sealer, Secret};
use serde::{Deserialize, Serialize};
use url::Url;

/// Section `MEMBERSHIP_`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Config {
    /// Seals the data keys of organisations and digests one-time codes: base64 of 32 bytes. Without it
    /// nobody signs in.
    #[serde(default)]
    pub master_key: Option<Secret>,
    /// Where customers reach the gateway, without a path.
    #[serde(default)]
    pub public_url: Option<Url>,
    /// Where SMS are sent through; without it no code can be sent.
    #[serde(default)]
    pub sms_url: Option<Url>,
    /// Token of the SMS gateway.
    #[serde(default)]
    pub sms_token: Option<Secret>,
    /// Name that SMS begin with.
    #[serde(default = "sms_sender")]
    pub sms_sender: String,
    /// Pages of LINE Login.
    #[serde(default)]
    pub line_access_url: Option<Url>,
    /// API of LINE Login.
    #[serde(default)]
    pub line_api_url: Option<Url>,
}

fn sms_sender() -> String {
    "Yizhimai".to_owned()
}

impl Config {
    /// The master key; none when it is not configured.
    pub fn master_key(&self) -> anyhow::Result<Option<Secret<[u8; 32]>>> {
        let Some(encoded) = &self.master_key else {
            return Ok(None);
        };
        let key = BASE64_STANDARD.decode(encoded.reveal());
        let key = key.ok().and_then(|key| <[u8; 32]>::try_from(key).ok());
        let key = key.context("MEMBERSHIP_MASTER_KEY must be base64 of 32 bytes")?;
        Ok(Some(Secret::new(key)))
    }

    /// What seals data keys.
    pub fn sealer(&self) -> anyhow::Result<Option<Sealer>> {
        Ok(self.master_key()?.map(Sealer::new))
    }

    /// LINE's pages and API.
    pub fn line_urls(&self) -> anyhow::Result<(Url, Url)> {
        let access = match &self.line_access_url {
            Some(url) => url.clone(),
            None => "https://access.line.me".parse()?,
        };
        let api = match &self.line_api_url {
            Some(url) => url.clone(),
            None => "https://api.line.me".parse()?,
        };
        Ok((access, api))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_key_has_32_bytes() {
        let config = |key: &str| Config {
            master_key: Some(Secret::from(key)),
            ..Config::default()
        };
        let right = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        assert!(config(right).master_key().unwrap().is_some());
        assert!(Config::default().master_key().unwrap().is_none());
        for wrong in ["", "AAAA", "no base64"] {
            assert!(config(wrong).master_key().is_err(), "{wrong}");
        }
    }
}
