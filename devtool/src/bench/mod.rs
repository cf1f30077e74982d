//! `bench`: how fast the release build is, beside floors measured in the same run.
//!
//! Every process, the load included, shares the same cores, so ratios are what counts.

mod floors;
mod load;
mod menu;
mod orders;
mod pages;
mod report;
mod usage;

use anyhow::bail;

use crate::{
    build,
    endpoints::{self, Endpoints},
    home::Home,
    install, up,
};
pub use floors::serve;

const NAMES: [&str; 3] = ["orders", "menu", "pages"];

/// Starts an optimised platform of its own, runs one benchmark on it and ends it.
pub async fn bench(home: &Home, name: &str) -> anyhow::Result<()> {
    if !NAMES.contains(&name) {
        bail!(
            "there is no benchmark {name:?}; there are: {}",
            NAMES.join(", ")
        );
    }
    install::enough_disk(home)?;
    install::packages()?;
    build::programs(home, true)?;
    build::ui(home)?;
    let own = home.beside("benchmark");
    up::down(&own, true).await?;
    let outcome = async {
        up::start(&own, true, &up::NO_LIMITS).await?;
        let endpoints: Endpoints = own
            .read(endpoints::FILE)?
            .ok_or_else(|| anyhow::anyhow!("the platform wrote no endpoints"))?;
        match name {
            "orders" => orders::bench(&own, &endpoints).await,
            "pages" => pages::bench(&own).await,
            _ => menu::bench(&own, &endpoints).await,
        }
    }
    .await;
    up::down(&own, outcome.is_ok()).await?;
    report::write(home, name, &outcome?)
}
