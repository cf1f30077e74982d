//! What an order that is paid online costs, from placing to the event of its payment.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::{Client, RequestBuilder, header};
use serde_json::{Value, json};

use super::{
    load::count,
    orders::{Usage, consumed, order_body, with_phone},
    payments::{callback, callback_path},
    report::Figure,
};
use crate::{
    demo::client::checked, doctor, endpoints::Endpoints, home::Home, infra::wait_until,
    paid::PaidShop, shop::Shop,
};

/// Orders of each round, and customers at the same time.
const ROUNDS: [(u64, usize); 3] = [(100, 8), (200, 1), (1_600, 32)];
const SETTLED: Duration = Duration::from_secs(60);

/// Measures orders of `shop` that are paid at ECPay, whose page costs no call.
pub async fn bench(home: &Home, endpoints: &Endpoints, shop: &Shop) -> anyhow::Result<Vec<Figure>> {
    let paid = PaidShop::open(home, endpoints, shop, "ecpay").await?;
    let mut body = order_body(shop, None).await?;
    body["payment_method_id"] = paid.account.method_id.clone().into();
    let buyers = Buyers {
        http: Client::new(),
        orders: format!("{}/orders", shop.url),
        callbacks: format!("{}{}", endpoints.gateway, callback_path(&paid)?),
        body: body.to_string(),
        method_id: paid.account.method_id.clone(),
    };
    let mut figures = Vec::new();
    // The first round warms everything up.
    for (round, (orders, clients)) in ROUNDS.into_iter().enumerate() {
        let before = Usage::now(home, endpoints).await?;
        let begin = Instant::now();
        let all = stream::iter(0..orders).map(|_| buyers.buy());
        let all = all.buffer_unordered(clients).try_collect::<Vec<()>>();
        all.await?;
        let elapsed = begin.elapsed();
        all_are_placed(endpoints, shop).await?;
        consumed(endpoints).await?;
        let used = Usage::now(home, endpoints).await?.since(&before);
        if round == 0 {
            continue;
        }
        let name = |what: &str| format!("{what}, {clients} clients");
        let per_second = count(orders) / elapsed.as_secs_f64();
        figures.push(Figure::plain(name("paid orders"), per_second, "orders/s"));
        for (process, seconds) in &used.cpu_seconds {
            let metric = name(&format!("CPU per paid order, {process}"));
            figures.push(Figure::plain(metric, seconds * 1e6 / count(orders), "µs"));
        }
        for (database, calls) in &used.statements {
            let metric = name(&format!("SQL statements per paid order, {database}"));
            let each = count(calls.cast_unsigned()) / count(orders);
            figures.push(Figure::plain(metric, each, ""));
        }
    }
    Ok(figures)
}

struct Buyers {
    http: Client,
    orders: String,
    callbacks: String,
    body: String,
    method_id: String,
}

impl Buyers {
    /// Places an order, opens the payment page and lets the provider report that it was paid.
    async fn buy(&self) -> anyhow::Result<()> {
        let order = self.keyed(&self.orders).body(with_phone(&self.body));
        let placed = checked("an order", order.send().await?).await?;
        let total = placed["order"]["total"].as_i64().context("no total")?;
        let token = placed["access_token"].as_str().context("no token")?;

        let pay = json!({"payment_method_id": self.method_id, "provider_token": null});
        let page = format!("{}/{token}/pay", self.orders);
        let page = self.keyed(&page).body(pay.to_string());
        let started = checked("a payment", page.send().await?).await?;
        let fields = &started["next"]["fields"];
        let (merchant, reference) = (
            field(fields, "MerchantID")?,
            field(fields, "MerchantTradeNo")?,
        );

        let form = "application/x-www-form-urlencoded";
        let report = self
            .http
            .post(&self.callbacks)
            .header(header::CONTENT_TYPE, form);
        let report = report.body(callback(merchant, reference, total));
        let acknowledged = report.send().await?.error_for_status()?.text().await?;
        ensure!(acknowledged == "1|OK", "it was answered by {acknowledged}");
        Ok(())
    }

    fn keyed(&self, url: &str) -> RequestBuilder {
        let key = format!("{:032x}", rand::random::<u128>());
        self.http
            .post(url)
            .header("idempotency-key", key)
            .header(header::CONTENT_TYPE, "application/json")
    }
}

fn field<'a>(fields: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    let mut fields = fields.as_array().into_iter().flatten();
    let found = fields.find(|field| field["name"] == name);
    let value = found.and_then(|field| field["value"].as_str());
    value.with_context(|| format!("a form without {name}"))
}

async fn all_are_placed(endpoints: &Endpoints, shop: &Shop) -> anyhow::Result<()> {
    let mut database = doctor::connect(endpoints, "ordering").await?;
    wait_until("paid orders to be placed", SETTLED, async || {
        let waiting = sqlx::query_scalar::<_, i64>(
            "SELECT count(*) FROM orders WHERE org_id = $1 AND state = 'pending_payment'",
        )
        .bind(shop.organisation_id.as_uuid());
        waiting.fetch_one(&mut database).await.unwrap_or(1) == 0
    })
    .await
}
