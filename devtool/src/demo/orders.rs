//! Orders as a branch sees them in the course of a day, placed through the storefront's API.

use anyhow::Context as _;
use rand::{RngExt as _, seq::IndexedRandom as _};
use reqwest::{Client, Method, header::HeaderMap};
use serde_json::{Value, json};

use super::client::{Staff, checked, text};
use crate::{endpoints::Endpoints, shop::ANY_TIME};

const NAMES: [&str; 10] = [
    "林小姐",
    "陳先生",
    "王小姐",
    "Amy",
    "黃先生",
    "阿哲",
    "張太太",
    "吳同學",
    "Kevin",
    "許小姐",
];
const REMARKS: [&str; 6] = [
    "",
    "",
    "",
    "請幫我分兩袋",
    "會晚五分鐘到",
    "對堅果過敏，請留意",
];

/// When an order is wanted.
#[derive(Clone, Copy)]
enum When {
    /// As soon as can be.
    Now,
    /// In the open slot that comes so many after the first.
    Slot(usize),
    /// In the open slot that comes so many after the first of tomorrow.
    Tomorrow(usize),
}

const DONE: &[&str] = &["accepted", "preparing", "ready", "completed"];
const READY: &[&str] = &["accepted", "preparing", "ready"];
const PREPARING: &[&str] = &["accepted", "preparing"];
const ACCEPTED: &[&str] = &["accepted"];
const NEW: &[&str] = &[];

/// When the orders of a day are wanted and how far each has come when somebody first looks: what was
/// wanted first is finished, what is due is being made, and what is for later waits.
const DAY: [(When, &[&str]); 26] = [
    (When::Now, DONE),
    (When::Now, DONE),
    (When::Now, DONE),
    (When::Now, DONE),
    (When::Now, DONE),
    (When::Now, &["rejected"]),
    (When::Now, &["accepted", "cancelled"]),
    (When::Now, READY),
    (When::Now, READY),
    (When::Slot(0), READY),
    (When::Slot(0), PREPARING),
    (When::Slot(1), PREPARING),
    (When::Slot(1), PREPARING),
    (When::Slot(2), ACCEPTED),
    (When::Slot(3), ACCEPTED),
    (When::Slot(4), ACCEPTED),
    (When::Slot(8), ACCEPTED),
    (When::Slot(14), ACCEPTED),
    (When::Slot(20), NEW),
    (When::Tomorrow(2), ACCEPTED),
    (When::Tomorrow(9), ACCEPTED),
    (When::Tomorrow(30), NEW),
    (When::Slot(5), NEW),
    (When::Slot(2), NEW),
    (When::Now, NEW),
    (When::Now, NEW),
];

/// Orders for later, which a branch that is closed takes as well.
const PRE_ORDERS: [(When, &[&str]); 6] = [
    (When::Slot(1), ACCEPTED),
    (When::Slot(3), ACCEPTED),
    (When::Slot(6), NEW),
    (When::Slot(10), NEW),
    (When::Tomorrow(4), ACCEPTED),
    (When::Tomorrow(12), NEW),
];

/// Places one order at the first demo branch under the given trace, and answers its number.
pub async fn place_traced(endpoints: &Endpoints, trace_id: &str) -> anyhow::Result<String> {
    let mut headers = HeaderMap::new();
    // The flag 01 asks every service to record it, whatever its own share is.
    headers.insert(
        "traceparent",
        format!("00-{trace_id}-00000000000000aa-01").parse()?,
    );
    let plain = Client::builder().cookie_store(true).build()?;
    let traced = Client::builder()
        .cookie_store(true)
        .default_headers(headers)
        .build()?;
    let demo = endpoints
        .demo
        .as_ref()
        .context("the demo chain is not loaded")?;
    let (brand, branch) = &demo.open;
    let shop = format!("{}/api/shop/{brand}/{branch}", endpoints.gateway);
    let menu = menu(&plain, &shop).await?;
    let cart = json!({"method": "pickup", "wanted_at": null, "lines": lines(&menu)?});
    let quote = quote(&plain, &shop, &cart).await?;
    let order = place(&traced, &shop, cart, &quote, 0).await?;
    Ok(text(&order, "/order_number")?.to_owned())
}

/// Places the orders of a day and moves each as far as it has come.
pub async fn a_day_of(staff: &Staff, shop: &str) -> anyhow::Result<()> {
    place_all(staff, shop, &DAY).await
}

/// Places orders for later.
pub async fn pre_orders_of(staff: &Staff, shop: &str) -> anyhow::Result<()> {
    place_all(staff, shop, &PRE_ORDERS).await
}

async fn place_all(staff: &Staff, shop: &str, orders: &[(When, &[&str])]) -> anyhow::Result<()> {
    let http = Client::new();
    let menu = menu(&http, shop).await?;
    for (index, (when, steps)) in orders.iter().enumerate() {
        // Asked each time: a slot that was open for the last order may have begun since.
        let slots = http.get(format!("{shop}/availability")).send().await?;
        let slots = open_slots(&checked("availability", slots).await?);
        if let Some(wanted_at) = slots.at(*when) {
            let order = place_new(shop, &menu, wanted_at, index).await?;
            advance(staff, order, steps).await?;
        }
    }
    Ok(())
}

/// Places one order as another customer, as soon as can be or at a time.
pub async fn place_new(
    shop: &str,
    menu: &Value,
    wanted_at: Value,
    index: usize,
) -> anyhow::Result<Value> {
    let cart = json!({"method": "pickup", "wanted_at": wanted_at, "lines": lines(menu)?});
    // Another customer has another device.
    let http = Client::builder().cookie_store(true).build()?;
    let quote = quote(&http, shop, &cart).await?;
    place(&http, shop, cart, &quote, index).await
}

/// Places an order for now as the customer of that browser, who may be signed in, and completes it.
pub async fn complete_one(
    staff: &Staff,
    browser: &Client,
    (shop, menu): (&str, &Value),
    index: usize,
) -> anyhow::Result<()> {
    let cart = json!({"method": "pickup", "wanted_at": null, "lines": lines(menu)?});
    let quote = quote(browser, shop, &cart).await?;
    let order = place(browser, shop, cart, &quote, index).await?;
    advance(staff, order, DONE).await
}

/// Places an order for now that is to be paid by a method; the response has its access token too.
pub async fn place_paid_by(
    http: &Client,
    shop: &str,
    menu: &Value,
    method_id: &Value,
    index: usize,
) -> anyhow::Result<Value> {
    let mut cart = json!({"method": "pickup", "wanted_at": null, "lines": lines(menu)?});
    let quote = quote(http, shop, &cart).await?;
    cart["payment_method_id"] = method_id.clone();
    post(http, shop, cart, &quote, index).await
}

/// The menu of a branch.
pub async fn menu(http: &Client, shop: &str) -> anyhow::Result<Value> {
    checked("menu", http.get(format!("{shop}/menu")).send().await?).await
}

/// Starts of the open slots, by day.
struct Slots(Vec<Vec<Value>>);

fn open_slots(availability: &Value) -> Slots {
    let mut days: Vec<Vec<Value>> = Vec::new();
    let mut day = &Value::Null;
    for slot in availability["slots"].as_array().into_iter().flatten() {
        if slot["state"] != "open" {
            continue;
        }
        if days.is_empty() || slot["business_day"] != *day {
            day = &slot["business_day"];
            days.push(Vec::new());
        }
        days.last_mut()
            .expect("a day was begun")
            .push(slot["starts_at"].clone());
    }
    Slots(days)
}

impl Slots {
    /// The slot meant, or the last one before it; `None` where there is none. As soon as can be is
    /// null.
    fn at(&self, when: When) -> Option<Value> {
        let (day, place) = match when {
            When::Now => return Some(Value::Null),
            When::Slot(place) => (0, place),
            When::Tomorrow(place) => (1, place),
        };
        let slots = self.0.get(day).or_else(|| self.0.last())?;
        slots.get(place).or_else(|| slots.last()).cloned()
    }
}

async fn quote(http: &Client, shop: &str, cart: &Value) -> anyhow::Result<Value> {
    checked(
        "quote",
        http.post(format!("{shop}/quotes"))
            .json(cart)
            .send()
            .await?,
    )
    .await
}

async fn place(
    http: &Client,
    shop: &str,
    order: Value,
    quote: &Value,
    index: usize,
) -> anyhow::Result<Value> {
    Ok(post(http, shop, order, quote, index).await?["order"].clone())
}

async fn post(
    http: &Client,
    shop: &str,
    mut order: Value,
    quote: &Value,
    index: usize,
) -> anyhow::Result<Value> {
    order["quote_hash"] = quote["hash"].clone();
    order["quoted_at"] = quote["quoted_at"].clone();
    order["promised_at"] = ANY_TIME.into();
    order["contact"] = json!({
        "name": NAMES[index % NAMES.len()],
        "phone": format!("09{:08}", rand::rng().random_range(10_000_000..99_999_999)),
    });
    order["remark"] = REMARKS[index % REMARKS.len()].into();
    order["utensils"] = index.is_multiple_of(2).into();
    let placed = http
        .post(format!("{shop}/orders"))
        .header(
            "idempotency-key",
            format!("demo-{:032x}", rand::random::<u128>()),
        )
        .json(&order)
        .send()
        .await?;
    checked("order", placed).await
}

/// One to three drinks, each with what its required groups ask for and now and then an extra. A hot
/// drink is asked for no ice.
fn lines(menu: &Value) -> anyhow::Result<Vec<Value>> {
    let mut random = rand::rng();
    let products = menu["products"]
        .as_array()
        .context("the menu has no products")?;
    // What the demo limits, pauses or has sold out stays out.
    let chosen: Vec<&Value> = products[12..].sample(&mut random, 3).collect();
    let count = random.random_range(1..=chosen.len());
    let mut lines = Vec::new();
    for product in &chosen[..count] {
        let variants = product["variants"].as_array();
        let variant = variants
            .and_then(|variants| variants.choose(&mut random))
            .context("a product has no variants")?;
        lines.push(json!({
            "product_id": product["product_id"],
            "variant_id": variant["variant_id"],
            "quantity": random.random_range(1..=2),
            "options": options(menu, product, variant["name"] == "熱")?,
            "note": if random.random_bool(0.1) { "吸管多一支" } else { "" },
        }));
    }
    Ok(lines)
}

fn options(menu: &Value, product: &Value, is_hot: bool) -> anyhow::Result<Vec<Value>> {
    let mut random = rand::rng();
    let groups = menu["option_groups"]
        .as_array()
        .context("the menu has no option groups")?;
    let ids = product["option_group_ids"].as_array();
    let mut options = Vec::new();
    for id in ids.into_iter().flatten() {
        let group = groups.iter().find(|group| group["option_group_id"] == *id);
        let group = group.context("a product has a group the menu has not")?;
        let is_ice = group["name"]
            .as_str()
            .is_some_and(|name| name.contains("冰量"));
        if is_ice && is_hot {
            continue;
        }
        let is_likely = is_ice || group["min"].as_i64() != Some(0);
        let known = group["options"].as_array();
        // What is paused in the demo stays out.
        let sold: Vec<&Value> = known
            .into_iter()
            .flatten()
            .filter(|option| option["name"] != "仙草凍")
            .collect();
        if (is_likely || random.random_bool(0.4))
            && let Some(option) = sold.choose(&mut random)
        {
            options.push(json!({"option_id": option["option_id"], "quantity": 1}));
        }
    }
    Ok(options)
}

/// Takes an order through steps, one after the other.
pub async fn advance(staff: &Staff, mut order: Value, steps: &[&str]) -> anyhow::Result<()> {
    let id = text(&order, "/order_id")?.to_owned();
    for step in steps {
        let mut move_to = json!({"to": step, "version": order["version"]});
        match *step {
            "completed" => move_to["cash_received"] = true.into(),
            "rejected" => move_to["cancel_reason"] = "too_busy".into(),
            "cancelled" => move_to["cancel_reason"] = "customer_request".into(),
            _ => {}
        }
        let path = format!("/orders/{id}/transition");
        order = staff.call(Method::POST, &path, move_to).await?["order"].clone();
    }
    Ok(())
}
