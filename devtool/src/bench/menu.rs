//! The menu document through the gateway beside a bare handler with the same bytes.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use super::{
    floors,
    load::{self, Request},
    report::Figure,
};
use crate::{
    demo,
    endpoints::Endpoints,
    home::Home,
    ports::{Ports, Wanted},
};

const TIME: Duration = Duration::from_secs(8);
const CLIENTS: usize = 32;
/// The gateway shall reach this share of the bare handler.
const AIM: f64 = 0.60;

/// Measures and answers the figures.
pub async fn bench(
    home: &Home,
    endpoints: &Endpoints,
    release: bool,
) -> anyhow::Result<Vec<Figure>> {
    let endpoints_with_demo = demo::load_once(home).await?;
    let path = endpoints_with_demo
        .storefront
        .replace(&endpoints.gateway, "/api/shop")
        + "/menu";
    let gateway = endpoints.gateway_host();
    let body = reqwest::Client::new()
        .get(format!("{}{path}", endpoints.gateway))
        .header("accept-encoding", "br")
        .send()
        .await?
        .bytes()
        .await?;
    let file = home.path("bench/menu.json.br")?;
    std::fs::write(&file, &body)?;

    let ports = Ports::choose(home, &[Wanted::one("floor")])?;
    let address = SocketAddr::from(([127, 0, 0, 1], ports.of("floor")?));
    let floor = floors::start(home, endpoints, address, file.to_str(), release).await?;
    let get = |path: &str| -> Request {
        let bytes =
            format!("GET {path} HTTP/1.1\r\nhost: {gateway}\r\naccept-encoding: br\r\n\r\n")
                .into_bytes();
        Arc::new(move |_| bytes.clone())
    };
    let mut figures = vec![Figure::plain(
        "menu document, brotli",
        load::count(body.len() as u64),
        "bytes",
    )];
    load::run(&gateway, CLIENTS, Duration::from_secs(2), get(&path)).await?;
    load::run(
        &address.to_string(),
        CLIENTS,
        Duration::from_secs(2),
        get("/menu"),
    )
    .await?;
    // In turn, so that both run under the same load of the machine.
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        ours.push(load::run(&gateway, CLIENTS, TIME, get(&path)).await?);
        bare.push(load::run(&address.to_string(), CLIENTS, TIME, get("/menu")).await?);
    }
    let median = |mut measured: Vec<load::Measured>| {
        measured.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
        measured.swap_remove(1)
    };
    let (ours, bare) = (median(ours), median(bare));
    figures.push(
        Figure::plain(
            "menu / bare handler, 32 clients",
            ours.per_second,
            "requests/s",
        )
        .beside(bare.per_second, Some(AIM)),
    );
    figures.push(Figure::plain("menu p50, 32 clients", ours.p50_ms, "ms"));
    figures.push(Figure::plain("menu p99, 32 clients", ours.p99_ms, "ms"));
    floors::end(floor).await;
    Ok(figures)
}
