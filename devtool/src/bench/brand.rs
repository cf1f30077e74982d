//! The page of a brand with as many branches as a brand may have.

use std::time::{Duration, Instant};

use anyhow::ensure;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{load::count, report::Figure};
use crate::{
    demo::{chain, client::text},
    endpoints::Endpoints,
    home::Home,
    shop::Shop,
};

/// How many branches, and how often their page is made.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    branches: usize,
    pages: usize,
}

/// As many as a brand may have.
pub const FULL: Size = Size {
    branches: 2_000,
    pages: 10,
};
/// A few.
pub const REHEARSAL: Size = Size {
    branches: 20,
    pages: 2,
};

const AT_ONCE: usize = 16;
/// Longer than a made page is kept.
const PAUSE: Duration = Duration::from_millis(1_200);
const AIM_MS: f64 = 300.0;

/// Measures and answers the figures.
pub async fn bench(home: &Home, endpoints: &Endpoints, size: Size) -> anyhow::Result<Vec<Figure>> {
    let shop = Shop::open(home, endpoints, None).await?;
    stream::iter(1..size.branches)
        .map(Ok)
        .try_for_each_concurrent(AT_ONCE, |number| open_branch(&shop, number))
        .await?;

    let page = shop.url.trim_end_matches("/main");
    let http = Client::new();
    let mut millis = Vec::with_capacity(size.pages);
    let mut bytes = 0;
    for _ in 0..size.pages {
        tokio::time::sleep(PAUSE).await;
        let begin = Instant::now();
        let body = http
            .get(page)
            .send()
            .await?
            .error_for_status()?
            .bytes()
            .await?;
        millis.push(begin.elapsed().as_secs_f64() * 1e3);
        bytes = body.len();
        let shown: Value = serde_json::from_slice(&body)?;
        let shown = shown["branches"].as_array().map_or(0, Vec::len);
        ensure!(shown == size.branches, "the page shows {shown} branches");
    }
    millis.sort_by(f64::total_cmp);
    let slowest = millis.last().copied().unwrap_or_default();
    Ok(vec![
        Figure::plain("brand page, branches", count(size.branches as u64), ""),
        Figure::plain("brand page, uncompressed", count(bytes as u64), "bytes"),
        Figure::plain(
            "brand page made anew, median",
            millis[millis.len() / 2],
            "ms",
        ),
        Figure::plain("brand page made anew, slowest", slowest, "ms").at_most(AIM_MS),
    ])
}

async fn open_branch(shop: &Shop, number: usize) -> anyhow::Result<()> {
    let branch = json!({
        "brand_id": shop.brand_id, "code": format!("N{number}"), "slug": format!("n{number}"),
        "name": format!("第 {number} 店"), "phone": "02-2521-0001", "address": "臺北市",
        "time_zone": "Asia/Taipei", "cutoff_minutes": 240, "state": "live",
    });
    let branch = shop.owner.call(Method::POST, "/branches", branch).await?;
    let branch_id = text(&branch, "/branch/branch_id")?;
    chain::set_hours(&shop.owner, branch_id, (0, 1440), None).await
}
