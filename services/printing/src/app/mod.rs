//! Use cases.

pub mod agent_access;
pub mod agent_lines;
pub mod agent_slips;
pub mod agents;
pub mod cloud_accounts;
pub mod clouds;
pub mod devices;
pub mod dispatch;
pub mod fallback;
pub mod jobs;
pub mod new_jobs;
pub mod order_end;
pub mod order_events;
pub mod order_facts;
pub mod polling;
pub mod prep_lists;
pub mod print_points;
pub mod print_routes;
pub mod print_rules;
pub mod refusals;
pub mod scope;
pub mod secrets;
pub mod settle;
pub mod slips;
pub mod templates;
pub mod wakes;

use std::fmt;

use chassis::{
    client::Peers,
    clock::SharedClock,
    db::Db,
    id::{OrderId, OrganisationId},
    order_link::LinkKey,
    secret::{Sealer, Secret},
};
use url::Url;

use clouds::Clouds;
use wakes::Wakes;

/// Makes the addresses of orders' pages.
#[derive(Clone)]
pub struct OrderPages {
    /// Makes the secrets of orders' links.
    pub key: LinkKey,
    /// Where customers reach the storefronts.
    pub base: Url,
}

impl OrderPages {
    /// The page of an order in a branch's storefront; empty where the branch has none yet.
    #[must_use]
    pub fn address(
        &self,
        (brand, branch): (&str, &str),
        org: OrganisationId,
        order: OrderId,
    ) -> String {
        if brand.is_empty() || branch.is_empty() {
            return String::new();
        }
        let token = self.key.token(org, order);
        let path = format!("/{brand}/{branch}/orders/{token}");
        self.base.join(&path).map(Into::into).unwrap_or_default()
    }
}

impl fmt::Debug for OrderPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderPages")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

/// What every use case works with; clones share everything.
#[derive(Clone, Debug)]
pub struct Dependencies {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// The peers: ordering is asked for orders of which no copy exists.
    pub peers: Peers,
    /// Seals keys of printers.
    pub sealer: Sealer,
    /// Makes pairing codes.
    pub master_key: Secret<[u8; 32]>,
    /// Where printers reach this service.
    pub public_url: Url,
    /// Makes the addresses of orders' pages; `None` where slips show none.
    pub order_pages: Option<OrderPages>,
    /// Wakes whoever serves a device.
    pub wakes: Wakes,
    /// Calls vendors' clouds.
    pub clouds: Clouds,
}
