//! `bench`: how fast the release build is, beside floors measured in the same run.
//!
//! Every process, the load included, shares the same cores, so ratios are what counts.

mod brand;
mod calls;
mod flash;
mod floors;
mod holds;
mod load;
mod menu;
mod orders;
mod pages;
mod paid_orders;
mod payments;
mod report;
mod seen;
mod slots;
mod usage;

use std::process::Command;

use anyhow::bail;

use crate::{
    build::{self, succeed},
    endpoints::{self, Endpoints},
    home::Home,
    install,
    services::REPLICATED,
    up,
};
pub(crate) use calls::token;
pub use {calls::Token, floors::serve};

const NAMES: [&str; 7] = [
    "orders", "menu", "pages", "flash", "slots", "payments", "brand",
];
/// Those whose load speaks gRPC or JSON, which costs much unless it is optimised too.
const OPTIMISED_LOADS: [&str; 2] = ["flash", "slots"];

/// Starts an optimised platform of its own, runs one benchmark on it and ends it.
///
/// A rehearsal tries the benchmark itself: with the debug build, and small where it can be.
pub async fn bench(home: &Home, name: &str, rehearsal: bool) -> anyhow::Result<()> {
    if !NAMES.contains(&name) {
        bail!(
            "there is no benchmark {name:?}; there are: {}",
            NAMES.join(", ")
        );
    }
    let release = !rehearsal;
    install::enough_disk(home)?;
    install::packages()?;
    build::programs(home, release)?;
    build::ui(home)?;
    if release && cfg!(debug_assertions) && OPTIMISED_LOADS.contains(&name) {
        let mut again = Command::new(build::binary(home, "devtool", true));
        again
            .current_dir(home.root())
            .args(["bench", name])
            .env("DEV_HOME", home.folder());
        return succeed(&mut again, "the benchmark");
    }
    let own = home.beside(if rehearsal { "rehearsal" } else { "benchmark" });
    up::down(&own, true).await?;
    let outcome = async {
        let mut settings = up::NO_LIMITS.to_vec();
        let twice = match name {
            "flash" => "capacity,ordering",
            // What one replica has written, another must show.
            "slots" => "capacity",
            _ => "",
        };
        settings.push((REPLICATED, twice));
        up::start(&own, release, &settings).await?;
        let endpoints: Endpoints = own
            .read(endpoints::FILE)?
            .ok_or_else(|| anyhow::anyhow!("the platform wrote no endpoints"))?;
        match name {
            "orders" => orders::bench(&own, &endpoints, release).await,
            "pages" => pages::bench(&own).await,
            "brand" => {
                let size = if rehearsal {
                    brand::REHEARSAL
                } else {
                    brand::FULL
                };
                brand::bench(&own, &endpoints, size).await
            }
            "payments" => {
                let size = if rehearsal {
                    payments::REHEARSAL
                } else {
                    payments::FULL
                };
                payments::bench(&own, &endpoints, size, release).await
            }
            "flash" => {
                let sale = if rehearsal {
                    flash::REHEARSAL
                } else {
                    flash::FULL
                };
                flash::bench(&own, &endpoints, sale).await
            }
            "slots" => {
                let size = if rehearsal {
                    slots::REHEARSAL
                } else {
                    slots::FULL
                };
                slots::bench(&own, &endpoints, size, release).await
            }
            _ => menu::bench(&own, &endpoints, release).await,
        }
    }
    .await;
    up::down(&own, outcome.is_ok()).await?;
    let name = if rehearsal {
        format!("{name}.rehearsal")
    } else {
        name.to_owned()
    };
    report::write(home, &name, &outcome?)
}
