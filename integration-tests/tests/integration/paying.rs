//! An order is paid at a provider that the sandbox plays, and its money goes back when it is cancelled.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use devtool::demo::payments;
use integration_tests::{Answer, Customer, Item, Platform, Shop, new_key};
use reqwest::Method;
use serde_json::{Value, json};

/// Providers report, are queried and refund within this.
const LIMIT: Duration = Duration::from_secs(60);

/// A customer with an order that waits for its payment.
pub struct Waiting {
    pub shop: Shop,
    pub platform: Platform,
    pub customer: Customer,
    pub order: Value,
    token: String,
    methods: Value,
}

impl Waiting {
    /// One of two cups, to be paid by a method of this kind.
    async fn new(kind: &str) -> anyhow::Result<Self> {
        let platform = Platform::find()?;
        let shop = platform.shop(100).await?;
        let providers = ["ecpay", "linepay"];
        shop.take_payments(&platform.endpoints, &providers).await?;
        let tea = shop.items[0].clone();
        shop.stock(&tea, 10).await?;
        let customer = Customer::of(&shop)?;
        let cart = Customer::cart(&[(&tea, 2)]);
        Self::place(platform, shop, customer, &cart, kind).await
    }

    /// Orders a cart that is to be paid by a method of this kind.
    pub async fn place(
        platform: Platform,
        shop: Shop,
        customer: Customer,
        cart: &Value,
        kind: &str,
    ) -> anyhow::Result<Self> {
        let quote = customer.quote(cart).await?;
        let total = &quote.body["total"];
        let path = format!("/payment-methods?method=pickup&amount={total}");
        let methods = customer.call(Method::GET, &path, None, None).await?.body["methods"].clone();
        let mut order = customer.order(cart, &quote.body);
        order["payment_method_id"] = of_kind(&methods, kind)?["method_id"].clone();
        let placed = customer.place(&new_key(), &order).await?;
        ensure!(placed.status == 201, "it was refused: {placed:?}");
        let token = placed.body["access_token"].as_str().unwrap_or_default();
        Ok(Self {
            token: token.to_owned(),
            order: placed.body["order"].clone(),
            shop,
            platform,
            customer,
            methods,
        })
    }

    fn tea(&self) -> &Item {
        &self.shop.items[0]
    }

    fn page(&self) -> String {
        format!("/orders/{}", self.token)
    }

    /// Starts an attempt by a method of this kind.
    pub async fn start(&self, kind: &str) -> anyhow::Result<Answer> {
        let method = of_kind(&self.methods, kind)?;
        let body = json!({"payment_method_id": method["method_id"], "provider_token": null});
        let path = format!("{}/pay", self.page());
        self.customer
            .call(Method::POST, &path, Some(&new_key()), Some(&body))
            .await
    }

    /// Pays the latest attempt at its provider.
    pub async fn pay(&self, provider: &str, next: &Value) -> anyhow::Result<()> {
        let payment = self.payment().await?;
        let attempts = payment["attempts"].as_array().context("no attempts")?;
        let latest = attempts.last().context("no attempt")?;
        let reference = latest["reference"].as_str().unwrap_or_default();
        payments::pay(&self.platform.endpoints, provider, reference, next).await
    }

    async fn payment(&self) -> anyhow::Result<Value> {
        let id = self.order["order_id"].as_str().unwrap_or_default();
        let path = format!("/orders/{id}/payment");
        let found = self.shop.owner.call(Method::GET, &path, Value::Null);
        Ok(found.await?["payment"].clone())
    }

    /// Waits until the customer's page shows what it should.
    pub async fn until(&self, is_so: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let (path, mut order) = (self.page(), Value::Null);
        let look = async {
            loop {
                let page = self.customer.call(Method::GET, &path, None, None);
                order = page.await?.body["order"].clone();
                if is_so(&order) {
                    return anyhow::Ok(());
                }
                tokio::task::yield_now().await;
            }
        };
        let looked = tokio::time::timeout(LIMIT, look).await;
        looked.with_context(|| format!("it is {order}"))??;
        Ok(order)
    }
}

fn of_kind<'a>(methods: &'a Value, kind: &str) -> anyhow::Result<&'a Value> {
    let mut listed = methods.as_array().into_iter().flatten();
    let found = listed.find(|method| method["kind"] == kind);
    found.with_context(|| format!("no {kind} among {methods}"))
}

#[tokio::test]
async fn an_order_paid_by_card_is_placed_by_what_the_provider_reports() -> anyhow::Result<()> {
    let waiting = Waiting::new("card").await?;
    let total = waiting.order["total"].clone();
    assert_eq!(waiting.order["state"], "pending_payment");
    assert_eq!(waiting.order["pickup_number"], "");
    assert_eq!(waiting.order["pay_now"], total);
    assert!(waiting.order["pay_by"].is_string(), "{}", waiting.order);
    let left = waiting.shop.available(waiting.tea()).await?;
    assert_eq!(left, 8, "it keeps what it holds");

    let started = waiting.start("card").await?;
    assert_eq!(started.status, 200, "{started:?}");
    let next = &started.body["next"];
    assert_eq!(next["kind"], "form");
    assert_eq!(started.body["order"]["payment_progress"], "at_provider");
    waiting.pay("ecpay", next).await?;

    let placed = waiting.until(|order| order["state"] == "placed").await?;
    assert_eq!(placed["pickup_number"], "001");
    assert_eq!(
        (&placed["paid"], &placed["payment_state"]),
        (&total, &json!("paid"))
    );
    assert_eq!(placed["payment_progress"], "done");
    assert_eq!(waiting.shop.available(waiting.tea()).await?, 8);
    let again = waiting.start("card").await?;
    assert_eq!(again.reason(), "ILLEGAL_TRANSITION", "{again:?}");
    let payment = waiting.payment().await?;
    assert_eq!(
        (&payment["captured"], &payment["required"]),
        (&total, &total)
    );
    Ok(())
}

#[tokio::test]
async fn a_page_left_open_and_another_method_pay_it_once() -> anyhow::Result<()> {
    let waiting = Waiting::new("card").await?;
    let total = waiting.order["total"].clone();
    let left_open = waiting.start("card").await?;
    assert_eq!(left_open.status, 200, "{left_open:?}");
    let started = waiting.start("line_pay").await?;
    assert_eq!(started.status, 200, "{started:?}");
    assert_eq!(started.body["next"]["kind"], "redirect");
    waiting.pay("linepay", &started.body["next"]).await?;

    let placed = waiting.until(|order| order["state"] == "placed").await?;
    assert_eq!(
        (&placed["paid"], &placed["payment_name"]),
        (&total, &json!("LINE Pay"))
    );
    let payment = waiting.payment().await?;
    assert_eq!(payment["captured"], total);
    assert_eq!(payment["attempts"].as_array().map(Vec::len), Some(2));
    Ok(())
}

#[tokio::test]
async fn a_paid_order_that_its_customer_cancels_is_refunded_whole() -> anyhow::Result<()> {
    let waiting = Waiting::new("line_pay").await?;
    let total = waiting.order["total"].clone();
    let started = waiting.start("line_pay").await?;
    waiting.pay("linepay", &started.body["next"]).await?;
    waiting.until(|order| order["state"] == "placed").await?;

    let cancel = format!("{}/cancel", waiting.page());
    let cancelled = waiting
        .customer
        .call(Method::POST, &cancel, None, Some(&json!({})))
        .await?;
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    let refunded = waiting
        .until(|order| order["payment_state"] == "refunded")
        .await?;
    assert_eq!(
        (&refunded["refunded"], &refunded["paid"]),
        (&total, &json!(0))
    );
    assert_eq!(refunded["refunding"], 0);
    assert_eq!(refunded["state"], "cancelled");
    Ok(())
}

#[tokio::test]
async fn an_unpaid_order_that_is_cancelled_gives_its_units_back() -> anyhow::Result<()> {
    let waiting = Waiting::new("card").await?;
    let cancel = format!("{}/cancel", waiting.page());
    let cancelled = waiting
        .customer
        .call(Method::POST, &cancel, None, Some(&json!({})))
        .await?;
    assert_eq!(
        cancelled.body["order"]["state"], "cancelled",
        "{cancelled:?}"
    );
    let given_back = async {
        while waiting.shop.available(waiting.tea()).await? != 10 {
            tokio::task::yield_now().await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(LIMIT, given_back).await??;
    let refused = waiting.start("card").await?;
    assert_eq!(refused.reason(), "ILLEGAL_TRANSITION", "{refused:?}");
    Ok(())
}
