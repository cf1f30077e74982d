//! `bench`: how fast the release build is, beside floors measured in the same run.
//!
//! Every process, the load included, shares the same cores, so ratios are what counts.

mod brand;
mod calls;
mod flash;
mod floors;
mod holds;
mod load;
mod members;
mod menu;
mod orders;
mod pages;
mod paid_orders;
mod payments;
mod print_chain;
mod print_line;
mod printed_orders;
mod printing;
mod report;
mod seen;
mod sides;
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

const NAMES: [&str; 9] = [
    "orders", "menu", "pages", "flash", "slots", "payments", "brand", "members", "printing",
];
/// Those whose load speaks gRPC or JSON or draws, which costs much unless it is optimised too.
const OPTIMISED_LOADS: [&str; 4] = ["flash", "slots", "members", "printing"];

/// Starts an optimised platform of its own, runs one benchmark on it and ends it.
///
/// A rehearsal tries the benchmark itself: with the debug build, and small where it can be. A part of `members` is
/// named behind a point, such as `members.quotes`.
pub async fn bench(home: &Home, asked: &str, rehearsal: bool) -> anyhow::Result<()> {
    let (name, part) = match asked.split_once('.') {
        Some((name, part)) => (name, Some(part)),
        None => (asked, None),
    };
    let has_part = |part: &str| name == "members" && members::PARTS.contains(&part);
    if !NAMES.contains(&name) || !part.is_none_or(has_part) {
        bail!(
            "there is no benchmark {asked:?}; there are: {}, and of members: {}",
            NAMES.join(", "),
            members::PARTS.join(", ")
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
            .args(["bench", asked])
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
                let size = sized(rehearsal, brand::FULL, brand::REHEARSAL);
                brand::bench(&own, &endpoints, size).await
            }
            "payments" => {
                let size = sized(rehearsal, payments::FULL, payments::REHEARSAL);
                payments::bench(&own, &endpoints, size, release).await
            }
            "flash" => {
                let sale = sized(rehearsal, flash::FULL, flash::REHEARSAL);
                flash::bench(&own, &endpoints, sale).await
            }
            "slots" => {
                let size = sized(rehearsal, slots::FULL, slots::REHEARSAL);
                slots::bench(&own, &endpoints, size, release).await
            }
            "members" => {
                let size = sized(rehearsal, members::FULL, members::REHEARSAL);
                members::bench(&own, &endpoints, size, part).await
            }
            "printing" => {
                let size = sized(rehearsal, printing::FULL, printing::REHEARSAL);
                printing::bench(&own, &endpoints, size).await
            }
            _ => menu::bench(&own, &endpoints, release).await,
        }
    }
    .await;
    up::down(&own, outcome.is_ok()).await?;
    let report = sized(rehearsal, asked.to_owned(), format!("{asked}.rehearsal"));
    report::write(home, &report, &outcome?)
}

/// What a benchmark does in full, or little of it.
fn sized<T>(rehearsal: bool, full: T, little: T) -> T {
    if rehearsal { little } else { full }
}
