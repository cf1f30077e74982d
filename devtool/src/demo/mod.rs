//! The demo chain, loaded through the platform's own API: two brands, three branches, real menus by
//! the product's import, hours, stock with recipes, limits, pauses, payment methods, and the orders of a day, some of them paid online.

pub mod chain;
pub mod client;
mod cloud_printers;
mod coupons;
mod living;
pub(crate) mod members;
pub(crate) mod orders;
mod paid_orders;
pub mod payments;
pub(crate) mod points;
pub mod printers;
pub(crate) mod rules;
mod settings;

use anyhow::Context as _;

use crate::{
    endpoints::{self, Demo, Endpoints},
    home::Home,
    infra::postgres,
};

pub use living::live;
pub use orders::place_traced;

const FILE: &str = "demo.json";

/// Loads the demo chain when this home has none yet, and answers where everything is.
pub async fn load_once(home: &Home) -> anyhow::Result<Endpoints> {
    let mut endpoints: Endpoints = home
        .read(endpoints::FILE)?
        .context("the platform is not running")?;
    let demo = match home.read::<Demo>(FILE)? {
        Some(demo) => demo,
        None => {
            eprintln!("dev: loading the demo chain");
            let demo = chain::load(home, &endpoints)
                .await
                .context("loading the demo chain")?;
            postgres::analyze(&endpoints).await?;
            home.write(FILE, &demo)?;
            demo
        }
    };
    let (brand, branch) = &demo.open;
    endpoints.storefront = format!("{}/{brand}/{branch}", endpoints.gateway);
    endpoints.demo = Some(demo);
    home.write(endpoints::FILE, &endpoints)?;
    Ok(endpoints)
}
