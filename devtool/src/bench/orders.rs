//! Orders through the gateway beside pgbench and a bare handler.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use reqwest::{Client, header};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};

use super::{
    floors,
    load::{self, Request, count},
    paid_orders, printed_orders,
    report::Figure,
    sides::{AIM_ADDED_HOT_MICROS, AIM_ADDED_LONE_MICROS},
    usage,
};
use crate::{
    demo::client::checked,
    doctor,
    endpoints::Endpoints,
    home::Home,
    infra::{postgres, wait_until},
    ports::{Ports, Wanted},
    services::SERVICES,
    shop::{ANY_TIME, Shop},
};

const WARM_UP: Duration = Duration::from_secs(4);
/// How often the bare handler and orders take turns at each count of clients; the turn with the middle
/// ratio counts, since a machine is not the same from one second to the next.
const ROUNDS: usize = 3;
const FLOOR_TIME: Duration = Duration::from_secs(4);
const TIME: Duration = Duration::from_secs(6);
/// Orders shall reach this share of the bare handler at 32 clients.
const AIM: f64 = 0.30;
const AIM_P99_MS: f64 = 150.0;
const DEVICES: u64 = 500;
/// Longest wait for the events of a round.
const SETTLED: Duration = Duration::from_secs(60);
const AIM_IDLE_MIB: f64 = 350.0;
/// Services that an order only reaches as an event.
const CONSUMERS: [&str; 3] = ["payments", "membership", "printing"];

/// Measures and answers the figures.
pub async fn bench(
    home: &Home,
    endpoints: &Endpoints,
    release: bool,
) -> anyhow::Result<Vec<Figure>> {
    let idle: f64 = usage::resident_mib(home)?
        .into_iter()
        .filter(|(name, _)| name == "gateway" || SERVICES.contains(&name.as_str()))
        .map(|(_, mib)| mib)
        .sum();
    let mut figures =
        vec![Figure::plain("all services idle, resident", idle, "MiB").at_most(AIM_IDLE_MIB)];

    let shop = stocked(home, endpoints).await?;
    let gateway = endpoints.gateway_host();
    let request = order_request(&shop, &gateway).await?;
    load::run(&gateway, 8, WARM_UP, request.clone()).await?;
    postgres::analyze(endpoints).await?;

    let ports = Ports::choose(home, &[Wanted::one("floor")])?;
    let postgres_port = ports.of("postgres")?;
    floors::prepare(endpoints, postgres_port).await?;
    let floor_address = SocketAddr::from(([127, 0, 0, 1], ports.of("floor")?));
    let floor = floors::start(home, endpoints, floor_address, None, release).await?;
    let floor_request: Request = {
        let body = request(0);
        let line_end = body
            .windows(2)
            .position(|two| two == b"\r\n")
            .context("no request line")?;
        let mut bytes = b"POST /order HTTP/1.1".to_vec();
        bytes.extend_from_slice(&body[line_end..]);
        Arc::new(move |_| bytes.clone())
    };
    load::run(
        &floor_address.to_string(),
        8,
        Duration::from_secs(2),
        floor_request.clone(),
    )
    .await?;

    let floor_url = floor_address.to_string();
    for clients in [1, 8, 32] {
        let pgbench = floors::pgbench(home, postgres_port, floors::ORDER, clients, TIME)?;
        let mut used = Usage::default();
        let mut orders = 0;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let bare = load::run(&floor_url, clients, FLOOR_TIME, floor_request.clone()).await?;
            reset_statements(endpoints).await?;
            let before = Usage::now(home, endpoints).await?;
            let ours = load::run(&gateway, clients, TIME, request.clone()).await?;
            consumed(endpoints).await?;
            used.add(Usage::now(home, endpoints).await?.since(&before));
            ensure!(ours.refused == 0, "{} orders were refused", ours.refused);
            orders += ours.answers;
            rounds.push((bare, ours));
        }
        if clients == 32
            && let Some((_, last)) = rounds.last()
        {
            print_statements(endpoints, last.answers).await?;
        }
        let (bare, ours) = load::middle(&mut rounds);
        let name = |what: &str| format!("{what}, {clients} clients");
        let aim = (clients == 32).then_some(AIM);
        figures.push(
            Figure::plain(name("orders / bare handler"), ours.per_second, "orders/s")
                .beside(bare.per_second, aim),
        );
        figures.push(
            Figure::plain(name("orders / pgbench"), ours.per_second, "orders/s")
                .beside(pgbench, None),
        );
        figures.push(Figure::plain(name("orders p50"), ours.p50_ms, "ms"));
        let p99 = Figure::plain(name("orders p99"), ours.p99_ms, "ms");
        figures.push(if clients == 32 {
            p99.at_most(AIM_P99_MS)
        } else {
            p99
        });
        for (process, seconds) in &used.cpu_seconds {
            let metric = name(&format!("CPU per order, {process}"));
            let each = seconds * 1e6 / count(orders);
            figures.push(Figure::plain(metric, each, "µs"));
        }
        for (database, calls) in &used.statements {
            let metric = name(&format!("SQL statements per order, {database}"));
            let each = count(calls.cast_unsigned()) / count(orders);
            figures.push(Figure::plain(metric, each, ""));
        }
        let most = if clients == 1 {
            AIM_ADDED_LONE_MICROS
        } else {
            AIM_ADDED_HOT_MICROS
        };
        for service in CONSUMERS {
            let (micros, calls) = used.of(service, orders);
            let metric = name(&format!("an order on site adds in {service}"));
            figures.push(Figure::plain(metric.clone(), micros, "µs").at_most(most));
            figures.push(Figure::plain(metric, calls, "statements"));
        }
    }
    figures.extend(paid_orders::bench(home, endpoints, &shop).await?);
    figures.extend(printed_orders::bench(home, endpoints).await?);
    floors::end(floor).await;
    doctor::doctor(home).await.context("after the load")?;
    Ok(figures)
}

/// A shop whose slots and stock last for a benchmark: one slot takes all of it.
pub(super) async fn stocked(home: &Home, endpoints: &Endpoints) -> anyhow::Result<Shop> {
    let shop = Shop::open(home, endpoints, None).await?;
    for item in shop.items.iter().take(3) {
        shop.stock(item, 900_000).await?;
    }
    Ok(shop)
}

/// Stands for the phone in the body of an order.
const PHONE: &str = "09PHONE000";

/// A cart of three lines.
pub(super) fn cart(shop: &Shop) -> Value {
    let lines: Vec<Value> = shop
        .items
        .iter()
        .take(3)
        .map(|item| {
            json!({"product_id": item.product_id, "variant_id": item.variant_id, "quantity": 1,
                   "options": [], "note": ""})
        })
        .collect();
    json!({"method": "pickup", "wanted_at": null, "lines": lines})
}

/// What a cart comes to for a guest, or for the customer with these cookies.
pub(super) async fn quote(
    shop: &Shop,
    cart: &Value,
    cookies: Option<&str>,
) -> anyhow::Result<Value> {
    let mut request = Client::new().post(format!("{}/quotes", shop.url));
    if let Some(cookies) = cookies {
        request = request.header(header::COOKIE, cookies);
    }
    checked("quote", request.json(cart).send().await?).await
}

/// The body of an order of three lines, as a customer who read the menu and asked for a quote sends it.
pub(super) async fn order_body(shop: &Shop, cookies: Option<&str>) -> anyhow::Result<Value> {
    order_of(shop, cart(shop), cookies).await
}

/// The body of an order of a cart, as [`order_body`].
pub(super) async fn order_of(
    shop: &Shop,
    cart: Value,
    cookies: Option<&str>,
) -> anyhow::Result<Value> {
    let mut order = cart;
    let quote = quote(shop, &order, cookies).await?;
    order["quote_hash"] = quote["hash"].clone();
    order["quoted_at"] = quote["quoted_at"].clone();
    order["promised_at"] = ANY_TIME.into();
    order["contact"] = json!({"name": "王小姐", "phone": PHONE});
    order["remark"] = "".into();
    order["utensils"] = false.into();
    Ok(order)
}

/// The body with a phone of its own.
pub(super) fn with_phone(body: &str) -> String {
    let phone = format!("09{:08}", rand::random::<u32>() % 100_000_000);
    body.replace(PHONE, &phone)
}

/// An order of three lines; each has a key and a phone of its own, and comes from one of many devices
/// that have been in the shop before.
pub(super) async fn order_request(shop: &Shop, host: &str) -> anyhow::Result<Request> {
    let body = order_body(shop, None).await?.to_string();
    let posted = Posted::to(shop, host, "/orders")?;
    Ok(Arc::new(move |number| {
        let cookies = format!("yzm_device={:032x}", number % DEVICES);
        posted.bytes(&cookies, &with_phone(&body))
    }))
}

/// Where requests of customers go.
pub(super) struct Posted {
    url: String,
    host: String,
}

impl Posted {
    /// To a path of the shop at this host.
    pub(super) fn to(shop: &Shop, host: &str, path: &str) -> anyhow::Result<Self> {
        let (_, shop) = shop.url.split_once(host).context("another host")?;
        Ok(Self {
            url: format!("{shop}{path}"),
            host: host.to_owned(),
        })
    }

    /// A request with a key of its own.
    pub(super) fn bytes(&self, cookies: &str, body: &str) -> Vec<u8> {
        let Self { url, host } = self;
        format!(
            "POST {url} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
             cookie: {cookies}\r\nidempotency-key: {:032x}\r\ncontent-length: {}\r\n\r\n{body}",
            rand::random::<u128>(),
            body.len()
        )
        .into_bytes()
    }
}

async fn reset_statements(endpoints: &Endpoints) -> anyhow::Result<()> {
    let mut database = PgConnection::connect(&format!("{}/postgres", endpoints.postgres)).await?;
    sqlx::raw_sql(
        "CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()",
    )
    .execute(&mut database)
    .await?;
    Ok(())
}

/// Prints the statements that took the most time since the counters were reset, per order.
async fn print_statements(endpoints: &Endpoints, orders: u64) -> anyhow::Result<()> {
    let mut database = PgConnection::connect(&format!("{}/postgres", endpoints.postgres)).await?;
    let rows: Vec<(String, f64, i64, i64, String)> = sqlx::query_as(
        "SELECT datname, total_exec_time + total_plan_time, calls, rows,
                left(regexp_replace(query, '\\s+', ' ', 'g'), 110)
         FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
         WHERE datname IN ('ordering', 'capacity')
         ORDER BY 2 DESC LIMIT 24",
    )
    .fetch_all(&mut database)
    .await?;
    eprintln!("the costliest statements at 32 clients:\n µs/order  calls/order  rows/order");
    for (datname, millis, calls, rows, query) in rows {
        let per_order = |number: i64| count(number.cast_unsigned()) / count(orders);
        eprintln!(
            "{:9.1} {:12.3} {:11.2}  {datname}: {query}",
            millis * 1e3 / count(orders),
            per_order(calls),
            per_order(rows),
        );
    }
    Ok(())
}

/// Waits until the events of all orders are consumed, so that what they cost is counted.
pub(super) async fn consumed(endpoints: &Endpoints) -> anyhow::Result<()> {
    let mut database = PgConnection::connect(&format!("{}/ordering", endpoints.postgres)).await?;
    wait_until("all events to be published", SETTLED, async || {
        let waiting = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM outbox");
        waiting.fetch_one(&mut database).await.unwrap_or(1) == 0
    })
    .await
}

/// What the platform has used since it was started.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    /// By process.
    pub cpu_seconds: BTreeMap<String, f64>,
    /// Executed statements by database.
    pub statements: BTreeMap<String, i64>,
}

impl Usage {
    pub(super) async fn now(home: &Home, endpoints: &Endpoints) -> anyhow::Result<Self> {
        Ok(Self {
            cpu_seconds: usage::cpu_seconds(home)?,
            statements: statements(endpoints).await?,
        })
    }

    pub(super) fn since(mut self, before: &Self) -> Self {
        for (process, seconds) in &mut self.cpu_seconds {
            *seconds -= before.cpu_seconds.get(process).copied().unwrap_or(0.0);
        }
        for (database, calls) in &mut self.statements {
            *calls -= before.statements.get(database).copied().unwrap_or(0);
        }
        self
    }

    pub(super) fn add(&mut self, other: Self) {
        for (process, seconds) in other.cpu_seconds {
            *self.cpu_seconds.entry(process).or_default() += seconds;
        }
        for (database, calls) in other.statements {
            *self.statements.entry(database).or_default() += calls;
        }
    }

    /// CPU in µs and statements of a service, for each of `orders`.
    pub(super) fn of(&self, service: &str, orders: u64) -> (f64, f64) {
        let seconds = self.cpu_seconds.get(service).copied().unwrap_or(0.0);
        let calls = self.statements.get(service).copied().unwrap_or(0);
        let each = count(calls.cast_unsigned()) / count(orders);
        (seconds * 1e6 / count(orders), each)
    }
}

/// Statements executed since the cluster started, by database.
async fn statements(endpoints: &Endpoints) -> anyhow::Result<BTreeMap<String, i64>> {
    let mut database = PgConnection::connect(&format!("{}/postgres", endpoints.postgres)).await?;
    sqlx::raw_sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        .execute(&mut database)
        .await?;
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT datname, sum(calls)::bigint
         FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
         WHERE datname = ANY($1) GROUP BY datname",
    )
    .bind(SERVICES.map(str::to_owned).to_vec())
    .fetch_all(&mut database)
    .await?;
    Ok(rows.into_iter().collect())
}
