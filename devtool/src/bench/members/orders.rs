//! Orders in a shop with ten promotions, half of them of members, beside those of guests in a shop without any.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;

use super::{
    super::{
        load::{self, Measured, Request},
        orders::{Posted, order_body, order_request, stocked, with_phone},
        report::Figure,
        sides::Side,
    },
    Size, buyers, ten_rules,
};
use crate::{
    demo::members::Member, doctor, endpoints::Endpoints, home::Home, infra::postgres, shop::Shop,
};

/// How often the two shops take turns; the turn with the middle ratio counts.
const ROUNDS: usize = 3;
const CLIENTS: [usize; 2] = [1, 32];
const WARM_UP: Duration = Duration::from_secs(3);
/// Promotions and members may cost a quarter of the orders.
const AIM: f64 = 0.75;

/// Measures and answers the figures.
pub async fn bench(home: &Home, endpoints: &Endpoints, size: Size) -> anyhow::Result<Vec<Figure>> {
    let gateway = endpoints.gateway_host();
    let (bare, full) = (
        stocked(home, endpoints).await?,
        stocked(home, endpoints).await?,
    );
    ten_rules::enable_all(&full).await?;
    let members = buyers(endpoints, &full, size.buyers).await?;
    let bare = order_request(&bare, &gateway).await?;
    let full = half_members(&full, &gateway, &members).await?;
    for request in [&bare, &full] {
        load::run(&gateway, 8, WARM_UP, request.clone()).await?;
    }
    postgres::analyze(endpoints).await?;

    let mut figures = Vec::new();
    for clients in CLIENTS {
        let mut sides = [&bare, &full].map(|request| Side::of(request.clone()));
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let [bare, full] = &mut sides;
            let before = bare.turn(home, endpoints, clients, size.time).await?;
            let after = full.turn(home, endpoints, clients, size.time).await?;
            rounds.push((before, after));
        }
        let (before, after) = load::middle(&mut rounds);
        figures.extend(rates(clients, before, after));
        let [bare, full] = &sides;
        figures.extend(full.costs_beside(bare, clients, "promotions and members add"));
    }
    doctor::doctor(home).await.context("after the orders")?;
    Ok(figures)
}

/// Orders of guests and of members in turn.
async fn half_members(shop: &Shop, host: &str, members: &[Member]) -> anyhow::Result<Request> {
    let guest = order_request(shop, host).await?;
    let posted = Posted::to(shop, host, "/orders")?;
    let mut bodies = Vec::with_capacity(members.len());
    for member in members {
        let body = order_body(shop, Some(&member.cookies)).await?;
        bodies.push((member.cookies.clone(), body.to_string()));
    }
    Ok(Arc::new(move |number| {
        if number % 2 == 0 {
            return guest(number / 2);
        }
        let at = usize::try_from(number / 2).unwrap_or(0) % bodies.len();
        let (cookies, body) = &bodies[at];
        posted.bytes(cookies, &with_phone(body))
    }))
}

fn rates(clients: usize, before: &Measured, after: &Measured) -> [Figure; 3] {
    let figure = |what: &str, value, unit: &str, floor, aim| {
        Figure::plain(format!("{what}, {clients} clients"), value, unit).beside(floor, aim)
    };
    let aim = (clients == 32).then_some(AIM);
    [
        figure(
            "orders with 10 promotions / without",
            after.per_second,
            "orders/s",
            before.per_second,
            aim,
        ),
        figure(
            "order with / without, p50",
            after.p50_ms,
            "ms",
            before.p50_ms,
            None,
        ),
        figure(
            "order with / without, p99",
            after.p99_ms,
            "ms",
            before.p99_ms,
            None,
        ),
    ]
}
