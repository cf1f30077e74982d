//! The platform as a customer, a clerk or a saboteur meets it.
//!
//! These tests run against a whole platform that `./dev test` has started; each makes an
//! organisation of its own and leaves the demo chain alone.

mod customer;
mod marketing;
mod member;
mod paper;
mod printing;

pub use customer::{Answer, Customer, new_key};
pub use devtool::shop::{Item, Shop};
pub use marketing::{Marketing, order_off, rule};
pub use member::Member;
pub use paper::{Slip, Tray};
pub use printing::{Agent, PrintShop, ShopPrinter};

use std::path::PathBuf;

use anyhow::Context as _;
use devtool::{endpoints::Endpoints, home::Home};

/// The platform under test.
pub struct Platform {
    /// Its home folder.
    pub home: Home,
    /// Where everything is.
    pub endpoints: Endpoints,
}

impl Platform {
    /// Finds the platform that `./dev test` has started.
    pub fn find() -> anyhow::Result<Self> {
        let file = std::env::var_os("ENDPOINTS")
            .map(PathBuf::from)
            .context("these tests need a running platform: ./dev test")?;
        let endpoints = serde_json::from_slice(&std::fs::read(file)?)?;
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        std::env::set_current_dir(root.parent().context("the crate has no parent folder")?)?;
        Ok(Self {
            home: Home::find()?,
            endpoints,
        })
    }

    /// Opens a shop of its own whose slots take that many orders.
    pub async fn shop(&self, max_orders_per_slot: i32) -> anyhow::Result<Shop> {
        Shop::open(&self.home, &self.endpoints, Some(max_orders_per_slot)).await
    }
}
