//! An hour of orders as a branch would see them, placed through the storefront's door.

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

/// How far each of the orders has come when somebody first looks: the oldest are finished.
const STEPS: [&[&str]; 18] = [
    &["accepted", "preparing", "ready", "completed"],
    &["accepted", "preparing", "ready", "completed"],
    &["accepted", "preparing", "ready", "completed"],
    &["accepted", "preparing", "ready", "completed"],
    &["accepted", "preparing", "ready", "completed"],
    &["rejected"],
    &["accepted", "preparing", "ready"],
    &["accepted", "preparing", "ready"],
    &["accepted", "preparing", "ready"],
    &["accepted", "preparing"],
    &["accepted", "preparing"],
    &["accepted", "preparing"],
    &["accepted"],
    &["accepted"],
    &["accepted"],
    &[],
    &[],
    &[],
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
    let menu = checked("menu", plain.get(format!("{shop}/menu")).send().await?).await?;
    let cart = json!({"method": "pickup", "wanted_at": null, "lines": lines(&menu)?});
    let quote = quote(&plain, &shop, &cart).await?;
    let order = place(&traced, &shop, cart, &quote, 0).await?;
    Ok(text(&order, "/order_number")?.to_owned())
}

/// Places the orders and moves them as far as they have come.
pub async fn an_hour_of(
    staff: &Staff,
    gateway: &str,
    brand: &str,
    branch: &str,
) -> anyhow::Result<()> {
    let http = Client::new();
    let shop = format!("{gateway}/api/shop/{brand}/{branch}");
    let menu = checked("menu", http.get(format!("{shop}/menu")).send().await?).await?;
    let availability = checked(
        "availability",
        http.get(format!("{shop}/availability")).send().await?,
    )
    .await?;
    let slots: Vec<&Value> = availability["slots"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|slot| slot["state"] == "open")
        .take(4)
        .collect();

    for (index, steps) in STEPS.iter().enumerate() {
        let wanted = if index % 3 == 0 {
            None
        } else {
            slots.choose(&mut rand::rng())
        };
        let wanted = wanted.map_or(Value::Null, |slot| slot["starts_at"].clone());
        let cart = json!({"method": "pickup", "wanted_at": wanted, "lines": lines(&menu)?});
        // Another customer has another device.
        let http = Client::builder().cookie_store(true).build()?;
        let quote = quote(&http, &shop, &cart).await?;
        let order = place(&http, &shop, cart, &quote, index).await?;
        advance(staff, order, steps).await?;
    }
    Ok(())
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
    Ok(checked("order", placed).await?["order"].clone())
}

/// One to three drinks, each with what its required groups ask for and now and then an extra.
fn lines(menu: &Value) -> anyhow::Result<Vec<Value>> {
    let mut random = rand::rng();
    let products = menu["products"]
        .as_array()
        .context("the menu has no products")?;
    let groups = menu["option_groups"]
        .as_array()
        .context("the menu has no option groups")?;
    // What the demo limits stays out, so that loading never meets a sold-out drink.
    let chosen: Vec<&Value> = products[12..].sample(&mut random, 3).collect();
    let count = random.random_range(1..=chosen.len());
    let mut lines = Vec::new();
    for product in &chosen[..count] {
        let mut options = Vec::new();
        for group in groups {
            let required = group["min"].as_i64() != Some(0);
            let known = group["options"]
                .as_array()
                .context("a group has no options")?;
            if (required || random.random_bool(0.4))
                && let Some(option) = known.choose(&mut random)
            {
                options.push(json!({"option_id": option["option_id"], "quantity": 1}));
            }
        }
        lines.push(json!({
            "product_id": product["product_id"],
            "variant_id": text(product, "/variants/0/variant_id")?,
            "quantity": random.random_range(1..=2),
            "options": options,
            "note": if random.random_bool(0.1) { "吸管多一支" } else { "" },
        }));
    }
    Ok(lines)
}

async fn advance(staff: &Staff, mut order: Value, steps: &[&str]) -> anyhow::Result<()> {
    let id = text(&order, "/order_id")?.to_owned();
    for step in steps {
        let mut move_to = json!({"to": step, "version": order["version"]});
        match *step {
            "completed" => move_to["cash_received"] = true.into(),
            "rejected" => move_to["cancel_reason"] = "too_busy".into(),
            _ => {}
        }
        let path = format!("/orders/{id}/transition");
        order = staff.call(Method::POST, &path, move_to).await?["order"].clone();
    }
    Ok(())
}
