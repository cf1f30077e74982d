//! Orders in a shop with ten promotions, half of them of members, beside those of guests in a shop without any.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};

use super::{
    super::{
        load::{self, Measured, Request, count},
        orders::{Posted, Usage, consumed, order_body, order_request, stocked, with_phone},
        report::Figure,
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
/// What they may add to an order that comes alone, and to one in a crowd.
const AIM_ADDED_LONE_MICROS: f64 = 600.0;
const AIM_ADDED_HOT_MICROS: f64 = 150.0;

/// One shop's orders.
struct Side {
    request: Request,
    used: Usage,
    orders: u64,
}

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
        let mut sides = [&bare, &full].map(|request| Side {
            request: request.clone(),
            used: Usage::default(),
            orders: 0,
        });
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let [bare, full] = &mut sides;
            let before = turn(home, endpoints, bare, clients, size.time).await?;
            let after = turn(home, endpoints, full, clients, size.time).await?;
            rounds.push((before, after));
        }
        let (before, after) = load::middle(&mut rounds);
        figures.extend(rates(clients, before, after));
        let [bare, full] = &sides;
        figures.extend(costs(clients, bare, full));
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

async fn turn(
    home: &Home,
    endpoints: &Endpoints,
    side: &mut Side,
    clients: usize,
    time: Duration,
) -> anyhow::Result<Measured> {
    let before = Usage::now(home, endpoints).await?;
    let measured = load::run(
        &endpoints.gateway_host(),
        clients,
        time,
        side.request.clone(),
    )
    .await?;
    consumed(endpoints).await?;
    let used = Usage::now(home, endpoints).await?.since(&before);
    let refused = measured.refused;
    ensure!(refused == 0, "{refused} orders were refused");
    side.used.add(used);
    side.orders += measured.answers;
    Ok(measured)
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

/// What an order costs each process and database with and without, and what is added in all.
fn costs(clients: usize, before: &Side, after: &Side) -> Vec<Figure> {
    let name = |what: String| format!("{what}, {clients} clients");
    let cpu = |side: &Side| -> BTreeMap<String, f64> {
        let seconds = side.used.cpu_seconds.iter();
        let micros = |(name, it): (&String, &f64)| (name.clone(), it * 1e6 / count(side.orders));
        seconds.map(micros).collect()
    };
    let statements = |side: &Side| -> BTreeMap<String, f64> {
        let calls = side.used.statements.iter();
        let each = |(name, it): (&String, &i64)| {
            (name.clone(), count(it.cast_unsigned()) / count(side.orders))
        };
        calls.map(each).collect()
    };
    let mut figures = Vec::new();
    let mut compare =
        |what: &str, unit: &str, before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>| {
            for (name_of, value) in after {
                let floor = before.get(name_of).copied().filter(|floor| *floor > 0.0);
                let figure =
                    Figure::plain(name(format!("{what} per order, {name_of}")), *value, unit);
                figures.push(match floor {
                    Some(floor) => figure.beside(floor, None),
                    None => figure,
                });
            }
            after.values().sum::<f64>() - before.values().sum::<f64>()
        };
    let micros = compare("CPU", "µs", &cpu(before), &cpu(after));
    let calls = compare(
        "SQL statements",
        "",
        &statements(before),
        &statements(after),
    );
    let most = if clients == 1 {
        AIM_ADDED_LONE_MICROS
    } else {
        AIM_ADDED_HOT_MICROS
    };
    let added = |what: &str| name(format!("promotions and members add in all, {what}"));
    figures.push(Figure::plain(added("CPU"), micros, "µs").at_most(most));
    figures.push(Figure::plain(added("SQL"), calls, "statements"));
    figures
}
