//! How long it takes from a change in the admin until an open storefront receives the event and shows it.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures::StreamExt as _;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::timeout};

use super::{
    load::{Measured, count},
    report::Figure,
};
use crate::{
    demo::client::checked,
    shop::{Item, Shop},
};

const CHANGES: i64 = 100;
const AIM_MS: f64 = 2_000.0;
/// An event that takes longer counts as lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// Counts an item again and again; each count sends an event to a storefront, which then reads what is left.
pub async fn bench(shop: &Shop) -> anyhow::Result<Vec<Figure>> {
    let item = shop.items.first().context("the shop sells nothing")?;
    shop.stock(item, 1).await?;
    let http = Client::new();
    let mut events = listen(&http, shop).await?;
    while timeout(Duration::from_secs(1), events.recv()).await.is_ok() {}

    let (mut delays, mut seeing) = (Vec::new(), Vec::new());
    let begin = Instant::now();
    for change in 0..CHANGES {
        // Events of a few changes are sent one by one.
        let left = change % 5;
        let counted = json!({"kind": "counted", "quantity": left, "reason": "盤點"});
        let path = format!(
            "/branches/{}/stock/{}/movements",
            shop.branch_id, item.variant_id
        );
        let sent = Instant::now();
        shop.owner.call(Method::POST, &path, counted).await?;
        loop {
            let received = timeout(PATIENCE, events.recv())
                .await
                .context("no storefront received an event")?
                .context("the stream ended")?;
            if available(&http, shop, item).await? == Some(left) {
                delays.push(received.saturating_duration_since(sent));
                seeing.push(sent.elapsed());
                break;
            }
        }
    }
    let elapsed = begin.elapsed();
    let (received, seen) = (
        Measured::of(delays, 0, elapsed)?,
        Measured::of(seeing, 0, elapsed)?,
    );
    Ok(vec![
        Figure::plain("changes received by a storefront", count(seen.answers), ""),
        Figure::plain("change until received, p50", received.p50_ms, "ms"),
        Figure::plain("change until shown, p50", seen.p50_ms, "ms"),
        Figure::plain("change until shown, p99", seen.p99_ms, "ms").at_most(AIM_MS),
    ])
}

/// The moments at which a storefront receives an event of changed availability.
async fn listen(http: &Client, shop: &Shop) -> anyhow::Result<mpsc::UnboundedReceiver<Instant>> {
    let answer = http.get(format!("{}/events", shop.url)).send().await?;
    let mut body = answer.error_for_status()?.bytes_stream();
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut rest = String::new();
        while let Some(Ok(bytes)) = body.next().await {
            rest.push_str(&String::from_utf8_lossy(&bytes));
            while let Some(end) = rest.find('\n') {
                let line: String = rest.drain(..=end).collect();
                if line.trim_end() == "event: availability" && sender.send(Instant::now()).is_err()
                {
                    return;
                }
            }
        }
    });
    Ok(receiver)
}

async fn available(http: &Client, shop: &Shop, item: &Item) -> anyhow::Result<Option<i64>> {
    let path = format!("{}/availability", shop.url);
    let answer: Value = checked(&path, http.get(&path).send().await?).await?;
    let skus = answer["skus"]
        .as_array()
        .context("the answer names no units")?;
    let known = skus
        .iter()
        .find(|known| known["sku_id"] == item.variant_id.as_str());
    Ok(known.and_then(|known| known["available"].as_i64()))
}
