//! Section `ORDERING_` of the configuration.

use chassis::{config::ConfigDuration, secret::Secret};
use serde::{Deserialize, Serialize};

/// Knobs of ordering.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Config {
    /// Makes the secret links of orders; changing it ends all links given out.
    pub link_key: Secret,
    /// How long a storefront may show a quote.
    #[serde(default = "default_quote_validity")]
    pub quote_validity: ConfigDuration,
    /// How long an order waits for its online payment, 5 to 60 minutes.
    #[serde(default = "default_pay_within")]
    pub pay_within: ConfigDuration,
    /// Most orders of a branch in one transaction.
    #[serde(default = "default_commit_batch")]
    pub commit_batch: usize,
}

const fn default_quote_validity() -> ConfigDuration {
    ConfigDuration::from_secs(600)
}

const fn default_pay_within() -> ConfigDuration {
    ConfigDuration::from_secs(15 * 60)
}

const fn default_commit_batch() -> usize {
    64
}
