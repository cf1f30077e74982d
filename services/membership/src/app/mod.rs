//! Use cases.

pub mod benefits;
pub mod codes;
pub mod coupon_templates;
pub mod coupons;
pub mod giving;
pub mod line_login;
pub mod members;
#[cfg(test)]
mod members_for_tests;
pub mod orders;
pub mod points;
pub mod promo_codes;
pub mod promotion_result;
pub mod promotions;
pub mod replays;
pub mod rule_preview;
pub mod saved_rule;
pub mod scope;
pub mod sessions;
pub mod sms;
pub mod tags;
pub mod tiers;

use std::fmt;

use chassis::{
    client::Peers,
    clock::SharedClock,
    db::Db,
    error::Problem,
    secret::{Sealer, Secret},
};
use redis::aio::ConnectionManager;
use url::Url;

use crate::http_client::Http;

/// What every use case works with; clones share everything.
#[derive(Clone)]
pub struct Dependencies {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// Calls other services.
    pub peers: Peers,
    /// What may be lost.
    pub redis: ConnectionManager,
    /// What signing in needs.
    pub sign_in: SignIn,
}

impl fmt::Debug for Dependencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dependencies")
            .field("db", &self.db)
            .finish_non_exhaustive()
    }
}

/// What signing in needs.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Calls LINE and the SMS gateway.
    pub http: Http,
    /// Digests codes and cards; none when it is not configured.
    pub key: Option<Secret<[u8; 32]>>,
    /// Seals the secrets of channels; none when it is not configured.
    pub sealer: Option<Sealer>,
    /// Sends SMS; none when it is not configured.
    pub sms: Option<sms::SmsGateway>,
    /// Where customers reach the gateway.
    pub public_url: Option<Url>,
    /// Pages of LINE Login.
    pub line_access_url: Url,
    /// API of LINE Login.
    pub line_api_url: Url,
}

impl SignIn {
    /// The key of digests.
    pub fn key(&self) -> Result<&[u8; 32], Problem> {
        let key = self.key.as_ref().map(Secret::reveal);
        key.ok_or_else(|| not_configured("MEMBERSHIP_MASTER_KEY"))
    }

    /// What seals secrets.
    pub fn sealer(&self) -> Result<&Sealer, Problem> {
        let sealer = self.sealer.as_ref();
        sealer.ok_or_else(|| not_configured("MEMBERSHIP_MASTER_KEY"))
    }

    /// What sends SMS.
    pub fn sms(&self) -> Result<&sms::SmsGateway, Problem> {
        let sms = self.sms.as_ref();
        sms.ok_or_else(|| not_configured("MEMBERSHIP_SMS_URL"))
    }
}

fn not_configured(variable: &str) -> Problem {
    Problem::unavailable(anyhow::anyhow!("{variable} is not set"))
}
