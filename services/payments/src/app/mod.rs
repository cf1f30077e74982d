//! Use cases.

pub mod accounts;
pub mod aggregate;
pub mod callbacks;
pub mod calls;
pub mod cash_refunds;
pub mod error;
pub mod ledger;
pub mod methods;
pub mod order_events;
pub mod payments;
pub mod query_attempt;
pub mod redeliveries;
pub mod refunds;
pub mod settlements;
pub mod start_attempt;
pub mod verify_account;

pub use redeliveries::Redeliveries;

use chassis::{clock::SharedClock, db::Db, secret::Sealer};
use payment_adapters::{Adapter, Http, Provider};
use url::Url;

use crate::config::ProviderEndpoints;

/// Gives the adapter of a provider.
pub type Adapters = fn(Provider) -> &'static dyn Adapter;

/// What every use case works with; clones share everything.
#[derive(Clone, Debug)]
pub struct Dependencies {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// Speak to providers.
    pub adapters: Adapters,
    /// Makes their calls.
    pub http: Http,
    /// Seals credentials.
    pub sealer: Sealer,
    /// Where providers are called.
    pub endpoints: ProviderEndpoints,
    /// Where customers and providers reach the gateway.
    pub public_url: Url,
    /// Real orders may be paid by accounts in test mode.
    pub offer_test_accounts: bool,
    /// Messages that were applied a moment ago.
    pub redeliveries: Redeliveries,
}

impl Dependencies {
    /// The adapter of a provider.
    pub fn adapter(&self, provider: Provider) -> &'static dyn Adapter {
        (self.adapters)(provider)
    }
}
