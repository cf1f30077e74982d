//! A chain with one brand, one branch and a small menu, open around the clock, for end-to-end tests
//! and benchmarks.

use anyhow::Context as _;
use chassis::id::OrganisationId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    demo::{
        chain::{self, OWNER, PASSWORD},
        client::{Staff, text},
        payments,
    },
    endpoints::Endpoints,
    home::Home,
};

/// Three drinks; the second only cold, the third only hot.
const MENU: &[u8] = "category,name,price_cold,price_hot
茶,紅玉紅茶,35,40
茶,冬瓜檸檬,50,
茶,薑汁黑糖,,55
"
.as_bytes();

/// A promised time that every other is sooner than: who orders with it takes any, so that no run
/// depends on the minute it falls in.
pub const ANY_TIME: &str = "2199-12-31T00:00:00Z";

/// A shop and its owner.
pub struct Shop {
    /// The owner, signed in.
    pub owner: Staff,
    /// Organisation code.
    pub organisation: String,
    /// Organisation.
    pub organisation_id: OrganisationId,
    /// Brand.
    pub brand_id: String,
    /// Branch.
    pub branch_id: String,
    /// Base URL of its storefront's API.
    pub url: String,
    /// What it sells.
    pub items: Vec<Item>,
}

/// Something that can be ordered without options.
#[derive(Clone, Debug)]
pub struct Item {
    /// Product.
    pub product_id: String,
    /// Variant, which is also its stock-keeping unit.
    pub variant_id: String,
    /// Price.
    pub price: i64,
}

impl Shop {
    /// Opens a shop whose slots take that many orders, or any number.
    pub async fn open(
        home: &Home,
        endpoints: &Endpoints,
        max_orders_per_slot: Option<i32>,
    ) -> anyhow::Result<Self> {
        let code = format!("t{:012x}", rand::random::<u64>() >> 16);
        let organisation_id =
            chain::create_organisation(home, endpoints, &code, "測試連鎖").await?;
        let owner = Staff::sign_in(&endpoints.gateway, &code, OWNER, PASSWORD).await?;

        let brand = json!({
            "slug": format!("b-{code}"), "name": "測試茶舖", "currency": "TWD",
            "accent": "#2f6b4f", "introduction": "",
        });
        let brand = owner.call(Method::POST, "/brands", brand).await?;
        let brand_id = text(&brand, "/brand/brand_id")?.to_owned();
        let branch = json!({
            "brand_id": brand_id, "code": "T1", "slug": "main", "name": "本店",
            "phone": "02-2521-0001", "address": "臺北市", "time_zone": "Asia/Taipei",
            "cutoff_minutes": 240, "state": "live",
        });
        let branch = owner.call(Method::POST, "/branches", branch).await?;
        let branch_id = text(&branch, "/branch/branch_id")?.to_owned();
        owner
            .upload(
                &format!("/brands/{brand_id}/products/import?dry_run=false"),
                MENU,
            )
            .await?;
        let publish = json!({"branch_ids": [branch_id]});
        owner
            .call(
                Method::POST,
                &format!("/brands/{brand_id}/publish"),
                publish,
            )
            .await?;
        chain::set_hours(&owner, &branch_id, (0, 1440), max_orders_per_slot).await?;

        let products = owner
            .call(
                Method::GET,
                &format!("/brands/{brand_id}/products"),
                Value::Null,
            )
            .await?;
        Ok(Self {
            url: format!("{}/api/shop/b-{code}/main", endpoints.gateway),
            items: items(&products)?,
            organisation: code,
            organisation_id,
            owner,
            brand_id,
            branch_id,
        })
    }

    /// Takes payment on site and by accounts at these providers, which the sandbox plays.
    pub async fn take_payments(
        &self,
        endpoints: &Endpoints,
        providers: &[&str],
    ) -> anyhow::Result<()> {
        payments::set_up(&self.owner, endpoints, &self.brand_id, Some(providers)).await
    }

    /// Tracks an item's stock and receives that many.
    pub async fn stock(&self, item: &Item, quantity: i64) -> anyhow::Result<()> {
        let path = format!("/branches/{}/stock/{}", self.branch_id, item.variant_id);
        let setting =
            json!({"mode": "running", "daily_amount": 0, "low_threshold": 0, "version": 0});
        self.owner.call(Method::PUT, &path, setting).await?;
        let received = json!({"kind": "received", "quantity": quantity, "reason": "進貨"});
        self.owner
            .call(Method::POST, &format!("{path}/movements"), received)
            .await?;
        Ok(())
    }

    /// What is left of an item.
    pub async fn available(&self, item: &Item) -> anyhow::Result<i64> {
        let path = format!("/branches/{}/stock", self.branch_id);
        let stock = self.owner.call(Method::GET, &path, Value::Null).await?;
        stock["items"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|known| known["sku_id"] == item.variant_id.as_str())
            .and_then(|known| known["available"].as_i64())
            .context("the item's stock is not tracked")
    }

    /// Moves an order on.
    pub async fn transition(&self, order: &Value, change: Value) -> anyhow::Result<Value> {
        let mut body = change;
        body["version"] = order["version"].clone();
        let path = format!("/orders/{}/transition", text(order, "/order_id")?);
        Ok(self.owner.call(Method::POST, &path, body).await?["order"].clone())
    }
}

fn items(products: &Value) -> anyhow::Result<Vec<Item>> {
    let mut items = Vec::new();
    for product in products["products"].as_array().context("no products")? {
        for variant in product["variants"].as_array().context("no variants")? {
            items.push(Item {
                product_id: text(product, "/product_id")?.to_owned(),
                variant_id: text(variant, "/variant_id")?.to_owned(),
                price: variant["price"].as_i64().context("no price")?,
            });
        }
    }
    Ok(items)
}
