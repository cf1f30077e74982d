//! Holds of one hot product, inside capacity, beside one transaction a hold in pgbench.

use std::time::Duration;

use anyhow::ensure;
use chassis::{
    clock::SystemClock,
    id::{HoldKey, OrderId},
};
use proto::{
    capacity::v1::{HoldLine, HoldRequest, PlaceHoldRequest, SkuQuantity},
    common::v1::{Channel, Method},
};

use super::{
    calls::{self, Capacity},
    floors,
    load::count,
    report::Figure,
    usage,
};
use crate::{
    doctor,
    endpoints::Endpoints,
    home::Home,
    infra::wait_until,
    ports::Ports,
    shop::{Item, Shop},
};

const FLOOR_CLIENTS: usize = 32;
const CALLERS: usize = 256;
const WARM_UP: Duration = Duration::from_secs(3);
/// Holds a second shall be this many times what one transaction a hold reaches.
const AIM: f64 = 5.0;
const AIM_P99_MS: f64 = 50.0;
/// Far more than is held in the time.
const STOCK: i64 = 900_000;
/// What nobody orders lapses after two minutes, and is then given back in batches.
const LAPSE_LIMIT: Duration = Duration::from_secs(420);

/// Measures and answers the figures; at the end nothing is held any more.
pub async fn bench(
    home: &Home,
    endpoints: &Endpoints,
    time: Duration,
) -> anyhow::Result<Vec<Figure>> {
    // No limit of the slots: one slot takes the whole benchmark.
    let shop = Shop::open(home, endpoints, None).await?;
    let item = &shop.items[0];
    shop.stock(item, STOCK).await?;
    let clients = calls::capacity(home, endpoints, shop.organisation_id).await?;
    let template = request(&shop.branch_id, item);
    let call = move |client| hold(client, template.clone());
    calls::run(&clients, CALLERS, WARM_UP, call.clone()).await?;

    let postgres = Ports::choose(home, &[])?.of("postgres")?;
    floors::prepare(endpoints, postgres).await?;
    let floor = || floors::pgbench(home, postgres, floors::HOLD, FLOOR_CLIENTS, time);
    // Before and after, so that both run under the same load of the machine.
    let before = floor()?;
    let cpu = (usage::cpu_seconds(home)?, usage::own_cpu_seconds()?);
    let ours = calls::run(&clients, CALLERS, time, call).await?;
    let cpu_after = (usage::cpu_seconds(home)?, usage::own_cpu_seconds()?);
    let after = floor()?;
    ensure!(ours.refused == 0, "{} holds were refused", ours.refused);

    let name = |what: &str| format!("{what}, {CALLERS} callers");
    let mut figures = vec![
        Figure::plain(name("holds / pgbench"), ours.per_second, "holds/s")
            .beside(f64::midpoint(before, after), Some(AIM)),
        Figure::plain(name("holds p50"), ours.p50_ms, "ms"),
        Figure::plain(name("holds p99"), ours.p99_ms, "ms").at_most(AIM_P99_MS),
    ];
    let per_hold = |seconds: f64| seconds * 1e6 / count(ours.answers);
    for (process, seconds) in &cpu_after.0 {
        let used = seconds - cpu.0.get(process).copied().unwrap_or(0.0);
        let metric = format!("CPU per hold, {process}");
        figures.push(Figure::plain(metric, per_hold(used), "µs"));
    }
    figures.push(Figure::plain(
        "CPU per hold, the load itself",
        per_hold(cpu_after.1 - cpu.1),
        "µs",
    ));
    until_none_is_held(endpoints).await?;
    Ok(figures)
}

/// Waits until every hold is committed or released.
pub async fn until_none_is_held(endpoints: &Endpoints) -> anyhow::Result<()> {
    let mut capacity = doctor::connect(endpoints, "capacity").await?;
    let mut open = Ok(0_i64);
    wait_until("the end of every hold", LAPSE_LIMIT, async || {
        open = sqlx::query_scalar("SELECT count(*) FROM holds WHERE state = 'held'")
            .fetch_one(&mut capacity)
            .await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        !matches!(open, Ok(1..))
    })
    .await?;
    open?;
    Ok(())
}

/// A hold of one unit for now; the order and the key are still to be named.
pub fn request(branch_id: &str, item: &Item) -> HoldRequest {
    HoldRequest {
        branch_id: branch_id.to_owned(),
        skus: vec![SkuQuantity {
            sku_id: item.variant_id.clone(),
            quantity: 1,
        }],
        lines: vec![HoldLine {
            product_id: item.product_id.clone(),
            variant_id: item.variant_id.clone(),
            quantity: 1,
            amount: item.price,
            make_seconds: 60,
            ..HoldLine::default()
        }],
        channel: Channel::Web.into(),
        method: Method::Pickup.into(),
        ..HoldRequest::default()
    }
}

/// Holds for a new order.
pub async fn hold(mut client: Capacity, mut body: HoldRequest) -> Result<(), tonic::Status> {
    body.order_id = OrderId::new(&SystemClock).to_string();
    body.hold_key = HoldKey::new(&SystemClock).to_string();
    let request = PlaceHoldRequest { hold: Some(body) };
    client.holds.place_hold(request).await.map(|_| ())
}
