//! Payments or the providers' sandbox die in the middle of some hundred payments and refunds: nobody is
//! charged twice, no money is lost, and the ledger balances.
//!
//! Payments is called as ordering calls it, so that the orders are known to nobody else.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, ensure};
use chassis::clock::{Clock as _, SystemClock};
use chrono::{FixedOffset, NaiveTime};
use devtool::{doctor, paid::PaidShop};
use futures::{StreamExt as _, stream};
use integration_tests::{Platform, Shop, new_key};
use proto::payments::v1::{
    ChangeAmountDueRequest, ClosePaymentRequest, GetPaymentRequest, NextStep, NextStepKind,
    PayableOrder, Payment,
};
use reqwest::{Client, Method, redirect::Policy};
use sandbox::CONTROL;
use serde_json::{Value, json};
use tokio::sync::watch;
use url::form_urlencoded;

use crate::chaos::kill;

/// One whose callbacks are signed, two that are asked.
const PROVIDERS: [&str; 3] = ["ecpay", "linepay", "jkopay"];
/// Accounts may be called only so often, so the payments are spread over these.
const SHOPS: usize = 3;
const PAYMENTS: usize = 198;
const PAID_AT_DEATH: usize = 60;
const CHANGED_AT_DEATH: usize = 30;
const AT_ONCE: usize = 12;
const AMOUNT: i64 = 165;
/// Every second order becomes so much cheaper once it is paid.
const DISCOUNT: i64 = 20;
const PAUSE: Duration = Duration::from_millis(200);
/// Longest for one customer, the time without the victim included.
const PATIENCE: Duration = Duration::from_secs(60);
const UNPAID: &str = "SELECT count(*) FROM payments WHERE org_id = ANY($1) AND captured < required";
const ABOVE_DUE: &str =
    "SELECT count(*) FROM payments WHERE org_id = ANY($1) AND captured - refunded > due";
const KEPT: &str = "SELECT count(*) FROM payments WHERE org_id = ANY($1) AND captured > refunded";
/// By then all that was under way is done: accounts are called about once a second.
const SETTLED_WITHIN: Duration = Duration::from_secs(240);

#[tokio::test]
async fn killing_payments_charges_nobody_twice_and_loses_nothing() -> anyhow::Result<()> {
    survives("payments").await
}

#[tokio::test]
async fn killing_the_providers_charges_nobody_twice_and_loses_nothing() -> anyhow::Result<()> {
    survives("sandbox").await
}

async fn survives(victim: &str) -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let providers = Providers::of(&platform)?;
    let mut shops = Vec::new();
    for _ in 0..SHOPS {
        shops.push(platform.shop(9_999).await?);
    }
    let mut ways = Vec::new();
    for shop in &shops {
        for provider in open_providers() {
            ways.push(PaidShop::open(&platform.home, &platform.endpoints, shop, provider).await?);
        }
    }
    let orders: Vec<(&PaidShop, PayableOrder)> = (0..PAYMENTS)
        .map(|index| &ways[index % ways.len()])
        .map(|way| (way, way.order(AMOUNT)))
        .collect();

    let paying = while_dying(
        &platform,
        victim,
        PAID_AT_DEATH,
        &orders,
        async |way, order| providers.pay(way, order).await,
    );
    paying.await.context("paying")?;
    eventually("all payments are captured", async || {
        providers.resend_unacknowledged().await?;
        Ok(count(&platform, &shops, UNPAID).await? == 0)
    })
    .await?;

    let cheaper: Vec<_> = orders.iter().step_by(2).cloned().collect();
    let changing = while_dying(&platform, victim, CHANGED_AT_DEATH, &cheaper, change_due);
    changing.await.context("refunding a part")?;
    eventually("what is too much has gone back", async || {
        Ok(count(&platform, &shops, ABOVE_DUE).await? == 0)
    })
    .await?;
    for (index, (way, order)) in orders.iter().enumerate() {
        let kept = if index % 2 == 0 {
            AMOUNT - DISCOUNT
        } else {
            AMOUNT
        };
        let payment = payment(way, order).await?;
        assert_eq!(payment.captured - payment.refunded, kept, "{payment:#?}");
        assert_eq!(providers.money(way, &payment).await?, (1, kept));
    }

    let closing = while_dying(&platform, victim, CHANGED_AT_DEATH, &orders, close);
    closing.await.context("closing")?;
    eventually("everything has gone back", async || {
        Ok(count(&platform, &shops, KEPT).await? == 0)
    })
    .await?;
    for (way, order) in &orders {
        let payment = payment(way, order).await?;
        assert_eq!(payment.captured, AMOUNT, "{payment:#?}");
        assert_eq!(providers.money(way, &payment).await?, (1, 0));
    }
    doctor::doctor(&platform.home).await
}

/// Does `work` for each order, some at once; the victim dies when it is done for `at_death` of them.
async fn while_dying(
    platform: &Platform,
    victim: &str,
    at_death: usize,
    orders: &[(&PaidShop, PayableOrder)],
    work: impl AsyncFn(&PaidShop, &PayableOrder) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (done, mut watched) = watch::channel(0);
    let all = stream::iter(orders)
        .map(|entry| {
            let (way, order) = (entry.0, &entry.1);
            let (work, done) = (&work, &done);
            async move {
                let work = tokio::time::timeout(PATIENCE, work(way, order));
                let outcome = work.await.context("no end in time")?;
                done.send_modify(|count| *count += 1);
                outcome
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<anyhow::Result<()>>>();
    let death = async {
        watched.wait_for(|count| *count >= at_death).await?;
        kill(platform, victim)
    };
    let (all, death) = tokio::join!(all, death);
    death?;
    all.into_iter().collect()
}

async fn change_due(way: &PaidShop, order: &PayableOrder) -> anyhow::Result<()> {
    let request = ChangeAmountDueRequest {
        order_id: order.order_id.clone(),
        total: AMOUNT - DISCOUNT,
        currency: order.currency.clone(),
    };
    while way
        .payments
        .clone()
        .change_amount_due(request.clone())
        .await
        .is_err()
    {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn close(way: &PaidShop, order: &PayableOrder) -> anyhow::Result<()> {
    let request = ClosePaymentRequest {
        order_id: order.order_id.clone(),
        order_version: 2,
    };
    while way
        .payments
        .clone()
        .close_payment(request.clone())
        .await
        .is_err()
    {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn payment(way: &PaidShop, order: &PayableOrder) -> anyhow::Result<Payment> {
    let request = GetPaymentRequest {
        order_id: order.order_id.clone(),
    };
    let found = way.payments.clone().get_payment(request).await?;
    found.into_inner().payment.context("no payment")
}

/// Payments of the shops, as `sql` counts them.
async fn count(platform: &Platform, shops: &[Shop], sql: &'static str) -> anyhow::Result<i64> {
    let mut database = doctor::connect(&platform.endpoints, "payments").await?;
    let orgs = shops.iter().map(|shop| shop.organisation_id.as_uuid());
    let found = sqlx::query_scalar(sql).bind(orgs.collect::<Vec<_>>());
    Ok(found.fetch_one(&mut database).await?)
}

/// The providers that refund now: ECPay refuses from 20:15 to 20:30.
fn open_providers() -> impl Iterator<Item = &'static str> {
    let taipei = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");
    let now = SystemClock.now().with_timezone(&taipei).time();
    let at = |minute| NaiveTime::from_hms_opt(20, minute, 0).expect("a time of day");
    let closes = (at(0)..at(30)).contains(&now);
    PROVIDERS
        .into_iter()
        .filter(move |provider| !(closes && *provider == "ecpay"))
}

/// Waits until `done`; a server that has just died is waited for too.
async fn eventually(
    what: &'static str,
    done: impl AsyncFn() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let waiting = tokio::time::timeout(SETTLED_WITHIN, async {
        while !matches!(done().await, Ok(true)) {
            tokio::time::sleep(PAUSE * 5).await;
        }
    });
    waiting
        .await
        .with_context(|| format!("not in time: {what}"))
}

/// The sandbox: its customers, and its servers that send again what was not acknowledged.
struct Providers {
    control: String,
    gateway: String,
    http: Client,
}

impl Providers {
    fn of(platform: &Platform) -> anyhow::Result<Self> {
        let control = platform.endpoints.sandbox.get(CONTROL);
        Ok(Self {
            control: control.context("the sandbox is not running")?.clone(),
            gateway: platform.endpoints.gateway.clone(),
            http: Client::builder().redirect(Policy::none()).build()?,
        })
    }

    /// A customer who pays, whatever dies: who got no page asks for one again, and who saw no result looks
    /// whether it was paid.
    async fn pay(&self, way: &PaidShop, order: &PayableOrder) -> anyhow::Result<()> {
        let mut key = new_key();
        loop {
            let request = way.start_request(&key, order);
            let Ok(started) = way.payments.clone().start_attempt(request).await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let started = started.into_inner();
            let (attempt, next) = (started.attempt, started.next);
            let (attempt, next) = (attempt.context("no attempt")?, next.context("no step")?);
            if next.kind() == NextStepKind::Wait {
                // Nobody knows what became of the start: another page.
                key = new_key();
                continue;
            }
            return self
                .pay_page(way.account.provider, &attempt.reference, &next)
                .await;
        }
    }

    async fn pay_page(
        &self,
        provider: &str,
        reference: &str,
        next: &NextStep,
    ) -> anyhow::Result<()> {
        while !matches!(self.pay_once(provider, reference, next).await, Ok(true)) {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Pays where it is not paid yet; true once it is.
    async fn pay_once(
        &self,
        provider: &str,
        reference: &str,
        next: &NextStep,
    ) -> reqwest::Result<bool> {
        let known = self.of_reference(provider, reference).await?;
        let is_paid = known["charges"].as_i64().unwrap_or(0) > 0;
        if is_paid {
            return Ok(true);
        }
        let is_known = known["payments"]
            .as_array()
            .is_some_and(|all| !all.is_empty());
        if next.kind() == NextStepKind::Form && !is_known {
            let fields = next.fields.iter();
            let fields = fields.map(|field| (field.name.as_str(), field.value.as_str()));
            let form = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields)
                .finish();
            self.submit(Method::POST, &next.url, form).await?;
        }
        let act = json!({ "action": "pay", "reference": reference });
        let url = format!("{}/{provider}/act", self.control);
        let response = self.http.post(url).json(&act).send().await?;
        if !response.status().is_success() {
            // Paid by a call whose answer was lost, or the shop could not be asked whether it may charge.
            return Ok(false);
        }
        let outcome: Value = response.json().await?;
        let back = &outcome["browser"];
        if let Some(url) = back["url"].as_str().filter(|url| !url.is_empty()) {
            let pairs: Vec<(String, String)> =
                serde_json::from_value(back["fields"].clone()).unwrap_or_default();
            let form = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish();
            let method = if back["method"] == "POST" {
                Method::POST
            } else {
                Method::GET
            };
            // The way back proves nothing, and may fail.
            let _ = self.submit(method, url, form).await;
        }
        Ok(true)
    }

    async fn submit(&self, method: Method, url: &str, form: String) -> reqwest::Result<()> {
        let mut request = self
            .http
            .request(method, url)
            .header("origin", &self.gateway);
        if !form.is_empty() {
            let media = "application/x-www-form-urlencoded";
            request = request.header("content-type", media).body(form);
        }
        request.send().await?.bytes().await?;
        Ok(())
    }

    async fn of_reference(&self, provider: &str, reference: &str) -> reqwest::Result<Value> {
        let url = format!(
            "{}/money?system={provider}&reference={reference}",
            self.control
        );
        self.http.get(url).send().await?.json().await
    }

    /// How often the customer was charged for a payment, by all its attempts, and what is left of it.
    async fn money(&self, way: &PaidShop, payment: &Payment) -> anyhow::Result<(i64, i64)> {
        let (mut charges, mut left) = (0, 0);
        for attempt in &payment.attempts {
            let found = self.of_reference(way.account.provider, &attempt.reference);
            let found = found.await?;
            charges += found["charges"].as_i64().context("no charges")?;
            left += found["left"].as_i64().context("no sum")?;
        }
        Ok((charges, left))
    }

    /// Sends the callbacks again that were not acknowledged. The providers do it by themselves after
    /// minutes; nobody waits for that here.
    async fn resend_unacknowledged(&self) -> anyhow::Result<()> {
        for provider in PROVIDERS {
            let url = format!("{}/deliveries?system={provider}", self.control);
            let found: Vec<Value> = self.http.get(url).send().await?.json().await?;
            let mut latest = BTreeMap::new();
            for delivery in &found {
                let of = (delivery["reference"].as_str(), delivery["kind"].as_str());
                latest.insert(of, delivery);
            }
            for delivery in latest.into_values() {
                let attempts = delivery["attempts"].as_array().context("no attempts")?;
                let is_acknowledged = attempts
                    .iter()
                    .any(|attempt| attempt["acknowledged"] == true);
                if attempts.is_empty() || is_acknowledged || delivery["state"] != "waiting" {
                    continue;
                }
                let id = delivery["id"].as_str().context("no id")?;
                let url = format!("{}/deliveries/{id}/send", self.control);
                let sent = self.http.post(url).json(&json!({})).send().await?;
                ensure!(sent.status().is_success(), "sending again: {sent:?}");
            }
        }
        Ok(())
    }
}
