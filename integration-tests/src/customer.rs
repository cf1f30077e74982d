//! A customer at the storefront's API.

use std::time::Duration;

use anyhow::Context as _;
use devtool::shop::ANY_TIME;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::{Item, Shop};

/// Longest that an order is tried for.
const PATIENCE: Duration = Duration::from_secs(90);
/// What a customer waits before trying again.
const PAUSE: Duration = Duration::from_millis(100);

/// What the gateway answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body; a problem document when the status says so.
    pub body: Value,
}

impl Answer {
    /// The stable reason of a refusal, empty for a success.
    pub fn reason(&self) -> &str {
        self.body["reason"].as_str().unwrap_or_default()
    }

    /// The reasons at the fields, as `field: REASON`.
    pub fn fields(&self) -> Vec<String> {
        let fields = self.body["fields"].as_array().into_iter().flatten();
        fields
            .map(|field| {
                let text = |name: &str| field[name].as_str().unwrap_or_default().to_owned();
                format!("{}: {}", text("field"), text("reason"))
            })
            .collect()
    }
}

/// Somebody with a device and a phone of their own; clones share the device.
#[derive(Clone)]
pub struct Customer {
    http: Client,
    url: String,
    phone: String,
}

impl Customer {
    /// A new guest of a shop.
    pub fn of(shop: &Shop) -> anyhow::Result<Self> {
        Ok(Self {
            http: Client::builder()
                .cookie_store(true)
                .timeout(Duration::from_secs(20))
                .build()?,
            url: shop.url.clone(),
            phone: format!("09{:08}", rand::random::<u32>() % 100_000_000),
        })
    }

    /// Mobile number.
    pub fn phone(&self) -> &str {
        &self.phone
    }

    /// Calls an endpoint of the shop.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let url = format!("{}{path}", self.url);
        self.call_url(method, &url, key, body).await
    }

    /// Calls any address from this customer's device.
    pub async fn call_url(
        &self,
        method: Method,
        url: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let mut request = self.http.request(method, url);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        Ok(Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        })
    }

    /// A cart for now with one line an item.
    pub fn cart(items: &[(&Item, i64)]) -> Value {
        let lines: Vec<Value> = items
            .iter()
            .map(|(item, quantity)| {
                json!({
                    "product_id": item.product_id, "variant_id": item.variant_id,
                    "quantity": quantity, "options": [], "note": "",
                })
            })
            .collect();
        json!({"method": "pickup", "wanted_at": null, "lines": lines})
    }

    /// Asks for a quote.
    pub async fn quote(&self, cart: &Value) -> anyhow::Result<Answer> {
        self.call(Method::POST, "/quotes", None, Some(cart)).await
    }

    /// The order that follows from a cart and its quote, at whatever time it is promised: the minute
    /// a test runs in must not matter.
    pub fn order(&self, cart: &Value, quote: &Value) -> Value {
        let mut order = cart.clone();
        order["quote_hash"] = quote["hash"].clone();
        order["quoted_at"] = quote["quoted_at"].clone();
        order["promised_at"] = ANY_TIME.into();
        order["contact"] = json!({"name": "王小姐", "phone": self.phone});
        order["remark"] = "".into();
        order["utensils"] = false.into();
        order
    }

    /// Places an order under a key; one try.
    pub async fn place(&self, key: &str, order: &Value) -> anyhow::Result<Answer> {
        self.call(Method::POST, "/orders", Some(key), Some(order))
            .await
    }

    /// What a storefront does: the same order under the same key until there is an answer. `amend` adds to
    /// the order.
    pub async fn place_until_answered(
        &self,
        cart: &Value,
        amend: impl Fn(&mut Value),
    ) -> anyhow::Result<Value> {
        let key = new_key();
        let placing = async {
            let quote = loop {
                match self.quote(cart).await {
                    Ok(quote) if quote.status == 200 => break quote.body,
                    _ => tokio::time::sleep(PAUSE).await,
                }
            };
            let mut order = self.order(cart, &quote);
            amend(&mut order);
            loop {
                match self.place(&key, &order).await {
                    Ok(placed) if [200, 201].contains(&placed.status) => return Ok(placed.body),
                    Ok(refused) if (400..500).contains(&refused.status) => {
                        anyhow::bail!("an order was refused: {refused:?}")
                    }
                    _ => tokio::time::sleep(PAUSE).await,
                }
            }
        };
        let placed = tokio::time::timeout(PATIENCE, placing).await;
        placed.context("no answer in time")?
    }

    /// Quotes and places a cart under a fresh key; one try.
    pub async fn buy(&self, items: &[(&Item, i64)]) -> anyhow::Result<Answer> {
        let cart = Self::cart(items);
        let quote = self.quote(&cart).await?;
        anyhow::ensure!(quote.status == 200, "no quote: {quote:?}");
        self.place(&new_key(), &self.order(&cart, &quote.body))
            .await
    }
}

/// A fresh idempotency key.
pub fn new_key() -> String {
    format!("{:032x}", rand::random::<u128>())
}
