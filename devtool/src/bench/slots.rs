//! What a branch can sell to a cart, asked of capacity itself by many with carts of their own, beside
//! a bare handler with the same bytes.
//!
//! Five hundred tracked products, a week of slots, rules of every measure; meanwhile orders come in,
//! so that what capacity remembers is out of date again and again.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, ensure};
use chassis::{
    authn::{Actor, Identity, Level, Plan, Scope},
    clock::SystemClock,
    id::{AccountId, SessionId},
};
use prost::Message as _;
use proto::{
    capacity::v1::{
        GetAvailabilityRequest, HoldRequest, LimitDays, LimitMeasure, LimitRule, LimitTarget,
        LimitTargetKind, LimitWindow, LimitWindowKind, SetLimitsRequest,
        limit_service_client::LimitServiceClient,
    },
    common::v1::{Channel, Method},
};
use reqwest::Method as Verb;
use serde_json::{Value, json};
use tokio::time::MissedTickBehavior;
use tonic::Code;

use super::{
    calls::{self, Capacity},
    floors, holds,
    load::{self, Request, count},
    report::Figure,
    seen, usage,
};
use crate::{
    demo::client::text,
    endpoints::Endpoints,
    home::Home,
    ports::{Ports, Wanted},
    shop::{Item, Shop},
};

const CLIENTS: [usize; 3] = [1, 8, 32];
const LINES: usize = 5;
const WARM_UP: Duration = Duration::from_secs(3);
const AIM_P95_MS: f64 = 20.0;
/// An order comes this often.
const ORDER_EVERY: Duration = Duration::from_millis(50);
/// More than the orders of a run want of one product.
const DAILY_AMOUNT: i64 = 900;

/// How much is answered and how long it is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Products whose stock is tracked.
    pub products: usize,
    /// How long each of the two is measured.
    pub time: Duration,
}

/// The size that is promised to be quick.
pub const FULL: Size = Size {
    products: 500,
    time: Duration::from_secs(10),
};

/// A small one, to try the benchmark itself.
pub const REHEARSAL: Size = Size {
    products: 40,
    time: Duration::from_secs(3),
};

/// Measures and answers the figures.
pub async fn bench(
    home: &Home,
    endpoints: &Endpoints,
    size: Size,
    release: bool,
) -> anyhow::Result<Vec<Figure>> {
    let shop = Shop::open(home, endpoints, Some(60)).await?;
    let items = stocked(&shop, size.products).await?;
    let rules = limit(home, endpoints, &shop, &items).await?;

    let clients = calls::capacity(home, endpoints, shop.organisation_id).await?;
    // Another customer has another cart.
    let questions: Arc<Vec<_>> = Arc::new(
        items
            .chunks_exact(LINES)
            .map(|cart| question(&shop, cart))
            .collect(),
    );
    let answer = clients[0]
        .availability
        .clone()
        .get_availability(questions[0].clone())
        .await?;
    let answer = answer.into_inner();
    let availability = answer.availability.as_ref().context("an empty answer")?;
    ensure!(
        availability.skus.len() >= size.products,
        "{} units are answered of {}",
        availability.skus.len(),
        size.products
    );
    let slots = availability.slots.len();
    let body = answer.encode_to_vec();
    let file = home.path("bench/availability.binpb")?;
    std::fs::write(&file, &body)?;

    let ports = Ports::choose(home, &[Wanted::one("floor")])?;
    let address = SocketAddr::from(([127, 0, 0, 1], ports.of("floor")?));
    let floor = floors::start(home, endpoints, address, file.to_str(), release).await?;
    let bare_request: Request = {
        let bytes = format!("GET /menu HTTP/1.1\r\nhost: {address}\r\n\r\n").into_bytes();
        Arc::new(move |_| bytes.clone())
    };
    let mut bare = Vec::new();
    for clients in CLIENTS {
        let request = bare_request.clone();
        bare.push(load::run(&address.to_string(), clients, size.time, request).await?);
    }
    floors::end(floor).await;

    let orders = tokio::spawn(keep_ordering(
        clients[0].clone(),
        items
            .iter()
            .map(|item| holds::request(&shop.branch_id, item))
            .collect(),
    ));
    let next = Arc::new(AtomicUsize::new(0));
    let ask = move |mut client: Capacity| {
        let turn = next.fetch_add(1, Ordering::Relaxed) % questions.len();
        let question = questions[turn].clone();
        async move {
            client
                .availability
                .get_availability(question)
                .await
                .map(|_| ())
        }
    };
    calls::run(&clients, 8, WARM_UP, ask.clone()).await?;
    let mut figures = vec![
        Figure::plain("products tracked", count(items.len() as u64), ""),
        Figure::plain("slots answered", count(slots as u64), ""),
        Figure::plain("rules of limits", count(rules as u64), ""),
        Figure::plain("availability", count(body.len() as u64), "bytes"),
    ];
    for (callers, bare) in CLIENTS.into_iter().zip(bare) {
        let cpu = usage::cpu_seconds(home)?;
        let ours = calls::run(&clients, callers, size.time, ask.clone()).await?;
        let cpu_after = usage::cpu_seconds(home)?;
        ensure!(ours.refused == 0, "{} questions were refused", ours.refused);

        let name = |what: &str| format!("{what}, {callers} clients");
        figures.push(
            Figure::plain(
                name("availability / bare handler"),
                ours.per_second,
                "requests/s",
            )
            .beside(bare.per_second, None),
        );
        figures.push(Figure::plain(name("availability p50"), ours.p50_ms, "ms"));
        figures
            .push(Figure::plain(name("availability p95"), ours.p95_ms, "ms").at_most(AIM_P95_MS));
        figures.push(Figure::plain(name("availability p99"), ours.p99_ms, "ms"));
        for process in ["capacity", "postgres"] {
            let seconds = |by: &BTreeMap<String, f64>| by.get(process).copied().unwrap_or(0.0);
            let used = seconds(&cpu_after) - seconds(&cpu);
            let metric = name(&format!("CPU per request, {process}"));
            figures.push(Figure::plain(
                metric,
                used * 1e6 / count(ours.answers),
                "µs",
            ));
        }
    }
    ensure!(
        !orders.is_finished(),
        "the orders came to an end: {:?}",
        orders.await
    );
    orders.abort();
    // A shop of its own, so that nothing else is answered.
    let quiet = Shop::open(home, endpoints, Some(60)).await?;
    figures.extend(seen::bench(&quiet).await?);
    Ok(figures)
}

/// Imports that many products more and tracks the stock of each.
async fn stocked(shop: &Shop, products: usize) -> anyhow::Result<Vec<Item>> {
    let mut menu = String::from("category,name,price_cold\n");
    for number in 0..products {
        menu.push_str(&format!(
            "分類{},商品{number:03},{}\n",
            number % 20,
            30 + number % 50
        ));
    }
    let import = format!("/brands/{}/products/import?dry_run=false", shop.brand_id);
    // The process ends soon.
    let report = shop.owner.upload(&import, menu.leak().as_bytes()).await?;
    ensure!(report["applied"] == true, "no import: {report}");

    let mut items = Vec::new();
    let mut page = String::new();
    loop {
        let path = format!("/brands/{}/products?page_size=100{page}", shop.brand_id);
        let list = shop.owner.call(Verb::GET, &path, Value::Null).await?;
        for product in list["products"].as_array().context("no products")? {
            items.push(Item {
                product_id: text(product, "/product_id")?.to_owned(),
                variant_id: text(product, "/variants/0/variant_id")?.to_owned(),
                price: product["variants"][0]["price"]
                    .as_i64()
                    .context("no price")?,
            });
        }
        match list["next_page_token"].as_str() {
            Some(token) => page = format!("&page_token={token}"),
            None => break,
        }
    }
    for item in &items {
        let path = format!("/branches/{}/stock/{}", shop.branch_id, item.variant_id);
        let setting = json!({
            "mode": "daily", "daily_amount": DAILY_AMOUNT, "low_threshold": 0, "version": 0,
        });
        shop.owner.call(Verb::PUT, &path, setting).await?;
    }
    Ok(items)
}

/// Limits the branch by rules of every measure and answers how many; none where the platform under
/// test has no limits yet.
async fn limit(
    home: &Home,
    endpoints: &Endpoints,
    shop: &Shop,
    items: &[Item],
) -> anyhow::Result<usize> {
    let rules = rules(items);
    let count = rules.len();
    let owner = Identity {
        org: Some(shop.organisation_id),
        actor: Actor::Staff {
            account: AccountId::new(&SystemClock),
            session: SessionId::new(&SystemClock),
            name: "總部管理者".to_owned(),
        },
        permissions: [("ops.capacity".to_owned(), Level::Manage)].into(),
        actions: [].into(),
        limits: [].into(),
        scope: Scope::whole_organisation(),
        plan: Plan::Max,
        authenticated_at: None,
    };
    let token = calls::token(home, "staff", &owner)?;
    let mut client = LimitServiceClient::with_interceptor(calls::connect(endpoints).await?, token);
    let request = SetLimitsRequest {
        branch_id: shop.branch_id.clone(),
        rules,
        version: 0,
        note: String::new(),
    };
    match client.set_limits(request).await {
        Ok(_) => Ok(count),
        Err(status) if status.code() == Code::Unimplemented => {
            eprintln!("dev: this platform has no limits of capacity; measured without");
            Ok(0)
        }
        Err(status) => Err(status).context("setting limits"),
    }
}

/// Ten rules, so generous that the orders of a run meet none.
fn rules(items: &[Item]) -> Vec<LimitRule> {
    use LimitMeasure::{Amount, MakeMinutes, Orders, Units};
    let everything = LimitTarget {
        kind: LimitTargetKind::All.into(),
        ..LimitTarget::default()
    };
    let product = |item: &Item| LimitTarget {
        kind: LimitTargetKind::Product.into(),
        id: Some(item.product_id.clone()),
        name: Some("商品".to_owned()),
        ..LimitTarget::default()
    };
    let pickup = LimitTarget {
        kind: LimitTargetKind::Method.into(),
        method: Some(Method::Pickup.into()),
        ..LimitTarget::default()
    };
    let window = |kind: LimitWindowKind| LimitWindow {
        kind: kind.into(),
        ..LimitWindow::default()
    };
    let slot = window(LimitWindowKind::Slot);
    let day = window(LimitWindowKind::Day);
    let hour = LimitWindow {
        minutes: Some(60),
        ..window(LimitWindowKind::Rolling)
    };
    let lunch = LimitWindow {
        name: Some("午餐".to_owned()),
        from_minute: Some(660),
        to_minute: Some(840),
        ..window(LimitWindowKind::Daypart)
    };
    let rule =
        |measure: LimitMeasure, target: &LimitTarget, window: &LimitWindow, limit: i64| LimitRule {
            measure: measure.into(),
            target: Some(target.clone()),
            window: Some(window.clone()),
            days: Some(LimitDays::default()),
            limit,
            enabled: true,
            ..LimitRule::default()
        };
    vec![
        rule(Orders, &everything, &slot, 9_999),
        rule(Units, &everything, &slot, 9_999),
        rule(MakeMinutes, &everything, &slot, 9_999),
        rule(Amount, &everything, &day, 9_999_999),
        rule(Orders, &pickup, &hour, 9_999),
        rule(Units, &everything, &hour, 9_999),
        rule(Units, &everything, &lunch, 9_999),
        rule(Units, &product(&items[0]), &slot, 9_999),
        rule(Units, &product(&items[1]), &day, 9_999),
        rule(Orders, &product(&items[2]), &slot, 9_999),
    ]
}

/// What a cart of these would ask.
fn question(shop: &Shop, items: &[Item]) -> GetAvailabilityRequest {
    let each = items
        .iter()
        .map(|item| holds::request(&shop.branch_id, item));
    let (mut lines, mut skus) = (Vec::new(), Vec::new());
    for body in each {
        lines.extend(body.lines);
        skus.extend(body.skus);
    }
    GetAvailabilityRequest {
        branch_id: shop.branch_id.clone(),
        method: Method::Pickup.into(),
        lines,
        skus,
        channel: Channel::Web.into(),
        order_id: String::new(),
        business_day: String::new(),
        not_before: None,
    }
}

/// Holds one thing after the other for now; ends only when a hold is refused.
async fn keep_ordering(client: Capacity, requests: Vec<HoldRequest>) -> tonic::Status {
    let mut ticks = tokio::time::interval(ORDER_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for request in requests.into_iter().cycle() {
        ticks.tick().await;
        if let Err(status) = holds::hold(client.clone(), request).await {
            return status;
        }
    }
    tonic::Status::failed_precondition("nothing to order")
}
