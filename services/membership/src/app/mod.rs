//! Use cases.

pub mod benefits;
pub mod members;
pub mod orders;
pub mod points;
pub mod tags;
pub mod tiers;

pub mod coupon_templates;
pub mod coupons;
pub mod promo_codes;
pub mod promotions;
pub mod replays;
pub mod rule_preview;
pub mod saved_rule;

use std::fmt;

use chassis::{client::Peers, clock::SharedClock, db::Db};
use redis::aio::ConnectionManager;

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
}

impl fmt::Debug for Dependencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dependencies")
            .field("db", &self.db)
            .finish_non_exhaustive()
    }
}
