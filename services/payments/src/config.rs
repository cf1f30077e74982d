//! The service's own section of the configuration, `PAYMENTS_`.

use std::collections::BTreeMap;

use anyhow::Context as _;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chassis::secret::{Sealer, Secret};
use payment_adapters::{Endpoints, Environment, Provider};
use serde::{Deserialize, Serialize};
use url::Url;

/// Section `PAYMENTS_`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Config {
    /// Seals the data keys of organisations: base64 of 32 bytes.
    pub master_key: Secret,
    /// Where customers and providers reach the gateway, without a path.
    pub public_url: Url,
    /// Real orders may be paid by accounts in test mode; only for demonstrations and tests.
    #[serde(default)]
    pub offer_test_accounts: bool,
    /// Addresses of providers that differ from their own, separated by commas:
    /// `ecpay.test=http://127.0.0.1:7001`, with a second address after `|` for files and scripts.
    #[serde(default)]
    pub endpoints: String,
}

impl Config {
    /// What seals data keys.
    pub fn sealer(&self) -> anyhow::Result<Sealer> {
        let key = BASE64_STANDARD.decode(self.master_key.reveal());
        let key = key.ok().and_then(|key| <[u8; 32]>::try_from(key).ok());
        let key = key.context("PAYMENTS_MASTER_KEY must be base64 of 32 bytes")?;
        Ok(Sealer::new(Secret::new(key)))
    }

    /// Addresses of every provider and environment.
    pub fn provider_endpoints(&self) -> anyhow::Result<ProviderEndpoints> {
        let mut found = BTreeMap::new();
        for provider in Provider::ALL {
            for environment in Environment::ALL {
                let (api, extra) = official(provider, environment);
                let endpoints = Endpoints {
                    api: api.parse()?,
                    extra: extra.parse()?,
                };
                found.insert((provider, environment), endpoints);
            }
        }
        for entry in self.endpoints.split(',').filter(|entry| !entry.is_empty()) {
            let (key, endpoints) = parse_entry(entry.trim())
                .with_context(|| format!("PAYMENTS_ENDPOINTS has an entry {entry:?}"))?;
            found.insert(key, endpoints);
        }
        Ok(ProviderEndpoints(found))
    }
}

/// Addresses of providers.
#[derive(Clone, Debug)]
pub struct ProviderEndpoints(BTreeMap<(Provider, Environment), Endpoints>);

impl ProviderEndpoints {
    /// Those of one provider.
    pub fn get(&self, provider: Provider, environment: Environment) -> &Endpoints {
        self.0
            .get(&(provider, environment))
            .expect("every provider has endpoints in both environments")
    }
}

fn parse_entry(entry: &str) -> anyhow::Result<((Provider, Environment), Endpoints)> {
    let (key, urls) = entry.split_once('=').context("an address is missing")?;
    let (provider, environment) = key.split_once('.').context("no environment")?;
    let provider = Provider::from_word(provider).context("no such provider")?;
    let environment = Environment::from_word(environment).context("no such environment")?;
    let (api, extra) = urls.split_once('|').unwrap_or((urls, urls));
    let endpoints = Endpoints {
        api: api.parse()?,
        extra: extra.parse()?,
    };
    Ok(((provider, environment), endpoints))
}

/// The providers' own addresses: calls and pages, then files or scripts.
const fn official(provider: Provider, environment: Environment) -> (&'static str, &'static str) {
    use Environment::{Live, Test};
    match (provider, environment) {
        (Provider::Ecpay, Test) => (
            "https://payment-stage.ecpay.com.tw",
            "https://vendor-stage.ecpay.com.tw",
        ),
        (Provider::Ecpay, Live) => (
            "https://payment.ecpay.com.tw",
            "https://vendor.ecpay.com.tw",
        ),
        (Provider::Linepay, Test) => (
            "https://sandbox-api-pay.line.me",
            "https://sandbox-api-pay.line.me",
        ),
        (Provider::Linepay, Live) => ("https://api-pay.line.me", "https://api-pay.line.me"),
        (Provider::Newebpay, Test) => ("https://ccore.newebpay.com", "https://ccore.newebpay.com"),
        (Provider::Newebpay, Live) => ("https://core.newebpay.com", "https://core.newebpay.com"),
        (Provider::Tappay, Test) => ("https://sandbox.tappaysdk.com", "https://js.tappaysdk.com"),
        (Provider::Tappay, Live) => ("https://prod.tappaysdk.com", "https://js.tappaysdk.com"),
        (Provider::Jkopay, Test) => (
            "https://uat-onlinepay.jkopay.app",
            "https://uat-onlinepay.jkopay.app",
        ),
        (Provider::Jkopay, Live) => (
            "https://onlinepay.jkopay.com",
            "https://onlinepay.jkopay.com",
        ),
        (Provider::Stripe, _) => ("https://api.stripe.com", "https://js.stripe.com"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(endpoints: &str) -> Config {
        Config {
            master_key: Secret::from("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            public_url: "https://shop.example".parse().unwrap(),
            offer_test_accounts: false,
            endpoints: endpoints.to_owned(),
        }
    }

    #[test]
    fn an_address_of_ones_own_replaces_the_providers() {
        let all =
            config("ecpay.test=http://127.0.0.1:1|http://127.0.0.1:2,stripe.live=http://[::1]:3")
                .provider_endpoints()
                .unwrap();
        let ecpay = all.get(Provider::Ecpay, Environment::Test);
        assert_eq!(ecpay.api.as_str(), "http://127.0.0.1:1/");
        assert_eq!(ecpay.extra.as_str(), "http://127.0.0.1:2/");
        let live = all.get(Provider::Ecpay, Environment::Live);
        assert_eq!(live.api.as_str(), "https://payment.ecpay.com.tw/");
        for wrong in [
            "ecpay=http://x",
            "tea.test=http://x",
            "ecpay.dev=http://x",
            "ecpay.test",
        ] {
            assert!(config(wrong).provider_endpoints().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_master_key_has_32_bytes() {
        assert!(config("").sealer().is_ok());
        for wrong in ["", "AAAA", "no base64"] {
            let config = Config {
                master_key: Secret::from(wrong),
                ..config("")
            };
            assert!(config.sealer().is_err(), "{wrong}");
        }
    }
}
