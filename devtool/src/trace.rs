//! `trace`: the path of one order through the platform, from the spans of the services.

mod collector;
mod tree;

use std::time::Duration;

use anyhow::{Context as _, ensure};

pub use self::collector::serve;
use crate::{
    demo,
    endpoints::{self, Endpoints},
    home::Home,
    infra::wait_until,
};

/// How long the last consumer may take to report.
const PATIENCE: Duration = Duration::from_secs(20);

/// Places one order at the demo branch under a trace of its own and prints that trace.
pub async fn trace(home: &Home) -> anyhow::Result<()> {
    let endpoints: Endpoints = home
        .read(endpoints::FILE)?
        .context("the platform is not running; start it with ./dev up")?;
    let trace_id = format!("{:032x}", rand::random::<u128>());
    let order = demo::place_traced(&endpoints, &trace_id).await?;
    eprintln!("dev: order {order} was placed under trace {trace_id}");

    let mut spans = Vec::new();
    wait_until("the trace", PATIENCE, async || {
        spans = collector::read(home, &trace_id).unwrap_or_default();
        spans
            .iter()
            .any(|span| span.service == "capacity" && span.name.contains("ordering.order.placed"))
    })
    .await?;
    // What ends a moment later belongs to it as well.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    spans = collector::read(home, &trace_id)?;
    ensure!(!spans.is_empty(), "no span of the trace was reported");
    print!("{}", tree::render(&spans));
    Ok(())
}
