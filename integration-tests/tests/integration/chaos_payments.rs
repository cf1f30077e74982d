//! Payments, ordering and the providers' sandbox die in the middle of payments and refunds: nobody is charged
//! twice, no money is lost, and the ledger balances.

use std::{collections::BTreeMap, env, time::Duration};

use anyhow::{Context as _, ensure};
use devtool::{demo::payments, doctor};
use futures::{StreamExt as _, future::try_join_all, stream};
use integration_tests::{Customer, Platform, Shop, new_key};
use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use crate::chaos::kill;

/// How many orders are paid, where `CHAOS_PAYMENTS` does not say it.
const PAYMENTS: usize = 90;
/// They die one after the other, twice: while orders are paid, and while money goes back.
const VICTIMS: [&str; 3] = ["payments", "ordering", "sandbox"];
/// Providers and the kind of their method. One sends signed callbacks, two are queried.
const PROVIDERS: [(&str, &str); 3] = [
    ("ecpay", "card"),
    ("linepay", "line_pay"),
    ("jkopay", "jkopay"),
];
/// Accounts may be called only so often, so the payments are spread over these.
const SHOPS: usize = 3;
const CUPS: i64 = 3;
const AT_ONCE: usize = 12;
/// Staff gives so much of every second order back; the others are cancelled.
const GIVEN_BACK: i64 = 20;
const PAUSE: Duration = Duration::from_millis(200);
/// Longest for one customer, the time without the victims included.
const PATIENCE: Duration = Duration::from_secs(90);

const NOT_PLACED: &str =
    "SELECT count(*) FROM orders WHERE org_id = ANY($1) AND state = 'pending_payment'";
const REFUNDING: &str =
    "SELECT count(*) FROM order_payments WHERE org_id = ANY($1) AND refunding > 0";
/// What a cancelled order has paid goes back by itself, a moment after it was cancelled.
const KEPT: &str = "
    SELECT count(*) FROM orders
    WHERE org_id = ANY($1) AND state = 'cancelled' AND payment_state <> 'refunded'";
const PENDING: &str = "SELECT count(*) FROM refunds WHERE org_id = ANY($1) AND state = 'pending'";
const NEEDING_A_PERSON: &str =
    "SELECT count(*) FROM refunds WHERE org_id = ANY($1) AND state IN ('needs_person', 'failed')";

#[tokio::test]
async fn killing_what_moves_money_charges_nobody_twice_and_loses_nothing() -> anyhow::Result<()> {
    let number: usize = match env::var("CHAOS_PAYMENTS") {
        Ok(number) => number.parse().context("CHAOS_PAYMENTS")?,
        Err(_) => PAYMENTS,
    };
    let platform = Platform::find()?;
    let providers = Providers::of(&platform)?;
    let open = open_providers(&platform).await?;
    let shops = try_join_all((0..SHOPS).map(|_| shop(&platform))).await?;
    let orgs = Orgs::of(&platform, &shops, u32::try_from(number)?);
    let buyers = try_join_all((0..number).map(|index| {
        let provider = open[index % open.len()];
        Buyer::of(&shops[index / open.len() % shops.len()], provider)
    }));
    let mut buyers = buyers.await?;

    let paying = while_victims_die(&platform, &mut buyers, async |_, buyer| {
        buyer.place().await?;
        buyer.pay(&providers).await
    });
    paying.await.context("paying")?;
    orgs.until_none("ordering", NOT_PLACED, async || {
        providers.resend_unacknowledged().await
    })
    .await?;
    for buyer in &buyers {
        buyer.has_paid(&providers, buyer.total).await?;
    }

    let refunding = while_victims_die(&platform, &mut buyers, async |index, buyer| {
        if index % 2 == 0 {
            buyer.is_given_back(GIVEN_BACK).await
        } else {
            buyer.cancel().await
        }
    });
    refunding.await.context("refunding")?;
    for (database, sql) in [
        ("ordering", KEPT),
        ("payments", PENDING),
        ("ordering", REFUNDING),
        ("payments", NEEDING_A_PERSON),
    ] {
        orgs.until_none(database, sql, async || Ok(())).await?;
    }
    for (index, buyer) in buyers.iter().enumerate() {
        let kept = if index % 2 == 0 {
            buyer.total - GIVEN_BACK
        } else {
            0
        };
        buyer.has_paid(&providers, kept).await?;
    }
    doctor::doctor(&platform.home).await
}

async fn shop(platform: &Platform) -> anyhow::Result<Shop> {
    let shop = platform.shop(9_999).await?;
    let providers = PROVIDERS.map(|(provider, _)| provider);
    shop.take_payments(&platform.endpoints, &providers).await?;
    Ok(shop)
}

/// Does `work` for each buyer, some at once; the victims die while it goes on.
async fn while_victims_die(
    platform: &Platform,
    buyers: &mut [Buyer<'_>],
    work: impl AsyncFn(usize, &mut Buyer<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (done, mut watched) = watch::channel(0);
    let number = buyers.len();
    let all = stream::iter(buyers.iter_mut().enumerate())
        .map(|(index, buyer)| {
            let (work, done) = (&work, &done);
            async move {
                let work = tokio::time::timeout(PATIENCE, work(index, buyer));
                let outcome = work.await.context("no end in time");
                done.send_modify(|count| *count += 1);
                outcome?
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<anyhow::Result<()>>>();
    let deaths = async {
        for (place, victim) in VICTIMS.into_iter().enumerate() {
            let at_death = number * (place + 1) / (VICTIMS.len() + 1);
            watched.wait_for(|count| *count >= at_death).await?;
            kill(platform, victim)?;
        }
        anyhow::Ok(())
    };
    let (all, deaths) = tokio::join!(all, deaths);
    deaths?;
    all.into_iter().collect()
}

/// The organisations of this test, in the databases of the services.
struct Orgs<'a> {
    platform: &'a Platform,
    ids: Vec<Uuid>,
    longest: Duration,
}

impl<'a> Orgs<'a> {
    /// By then all that was under way is done: a provider is queried after a minute once more, a refund is
    /// tried after half a minute, and accounts are called about once a second.
    const SETTLED_WITHIN: Duration = Duration::from_secs(120);
    /// More of it for each payment.
    const FOR_EACH: Duration = Duration::from_millis(500);

    fn of(platform: &'a Platform, shops: &[Shop], payments: u32) -> Self {
        let ids = shops.iter().map(|shop| shop.organisation_id.as_uuid());
        Self {
            platform,
            ids: ids.collect(),
            longest: Self::SETTLED_WITHIN + Self::FOR_EACH * payments,
        }
    }

    /// Waits until `sql` counts nothing; `meanwhile` is done between two looks.
    async fn until_none(
        &self,
        database: &str,
        sql: &'static str,
        meanwhile: impl AsyncFn() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut connection = doctor::connect(&self.platform.endpoints, database).await?;
        let mut counted: i64 = 0;
        let waiting = async {
            loop {
                let found = sqlx::query_scalar(sql).bind(&self.ids);
                counted = found.fetch_one(&mut connection).await?;
                if counted == 0 {
                    return anyhow::Ok(());
                }
                // A sandbox that has just died is back at the next look.
                let _ = meanwhile().await;
                tokio::time::sleep(PAUSE * 5).await;
            }
        };
        let waited = tokio::time::timeout(self.longest, waiting).await;
        waited.with_context(|| format!("not in time, {counted} are left: {sql}"))?
    }
}

/// The providers that refund now: ECPay refuses from 20:15 to 20:30.
async fn open_providers(platform: &Platform) -> anyhow::Result<Vec<(&'static str, &'static str)>> {
    let mut database = doctor::connect(&platform.endpoints, "payments").await?;
    let closes: bool = sqlx::query_scalar(
        "SELECT (now() AT TIME ZONE 'Asia/Taipei')::time BETWEEN '20:05' AND '20:31'",
    )
    .fetch_one(&mut database)
    .await?;
    let open = PROVIDERS
        .into_iter()
        .filter(|(provider, _)| !(closes && *provider == "ecpay"));
    Ok(open.collect())
}

/// A customer with one order, who goes on whatever dies.
struct Buyer<'a> {
    shop: &'a Shop,
    customer: Customer,
    provider: &'static str,
    method_id: Value,
    order_id: String,
    page: String,
    total: i64,
}

impl<'a> Buyer<'a> {
    async fn of(
        shop: &'a Shop,
        (provider, kind): (&'static str, &'static str),
    ) -> anyhow::Result<Self> {
        let customer = Customer::of(shop)?;
        let total = shop.items[0].price * CUPS;
        let path = format!("/payment-methods?method=pickup&amount={total}");
        let listed = customer.call(Method::GET, &path, None, None).await?;
        let mut methods = listed.body["methods"].as_array().into_iter().flatten();
        let method = methods.find(|method| method["kind"] == kind);
        let method = method.with_context(|| format!("no {kind} among {listed:?}"))?;
        Ok(Self {
            method_id: method["method_id"].clone(),
            shop,
            customer,
            provider,
            order_id: String::new(),
            page: String::new(),
            total,
        })
    }

    async fn place(&mut self) -> anyhow::Result<()> {
        let cart = Customer::cart(&[(&self.shop.items[0], CUPS)]);
        let placed = self.customer.place_until_answered(&cart, |order| {
            order["payment_method_id"] = self.method_id.clone();
        });
        let placed = placed.await?;
        let id = placed["order"]["order_id"].as_str();
        self.order_id = id.context("an order without id")?.to_owned();
        let token = placed["access_token"].as_str();
        self.page = format!("/orders/{}", token.context("an order without a page")?);
        assert_eq!(placed["order"]["total"], self.total);
        Ok(())
    }

    /// Starts an attempt and pays it: who got no page asks for one again, and who saw no result looks whether
    /// it was paid.
    async fn pay(&self, providers: &Providers) -> anyhow::Result<()> {
        let path = format!("{}/pay", self.page);
        let body = json!({"payment_method_id": self.method_id, "provider_token": null});
        let mut key = new_key();
        loop {
            let started = self
                .customer
                .call(Method::POST, &path, Some(&key), Some(&body))
                .await;
            match started {
                Ok(started) if started.status == 200 => {
                    let next = &started.body["next"];
                    if next["kind"] != "wait" {
                        let payment = self.payment().await?;
                        let attempts = payment["attempts"].as_array().context("no attempts")?;
                        let latest = attempts.last().context("no attempt")?;
                        let reference = latest["reference"].as_str().unwrap_or_default();
                        return providers.pay_page(self.provider, reference, next).await;
                    }
                    // It is not known what became of the start: another page.
                    key = new_key();
                }
                Ok(refused) if (400..500).contains(&refused.status) => {
                    anyhow::bail!("{} is not paid: {refused:?}", self.order_id)
                }
                // The provider could not be reached: nothing is started under that key.
                Ok(refused) if refused.reason() == "GATEWAY_UNAVAILABLE" => key = new_key(),
                _ => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn payment(&self) -> anyhow::Result<Value> {
        let path = format!("/orders/{}/payment", self.order_id);
        loop {
            match self.shop.owner.call(Method::GET, &path, Value::Null).await {
                Ok(found) => return Ok(found["payment"].clone()),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Staff refunds an amount, under the same key until there is an answer.
    async fn is_given_back(&self, amount: i64) -> anyhow::Result<()> {
        let path = format!("/orders/{}/refunds", self.order_id);
        let body = json!({
            "selection": {"whole": false, "units": [], "amount": amount},
            "reason": "珍珠賣完", "paid_out_by": "", "expected_amount": amount,
        });
        let key = new_key();
        while self
            .shop
            .owner
            .call_with_key(&key, Method::POST, &path, body.clone())
            .await
            .is_err()
        {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    async fn cancel(&self) -> anyhow::Result<()> {
        let path = format!("{}/cancel", self.page);
        loop {
            let cancelled = self
                .customer
                .call(Method::POST, &path, None, Some(&json!({})))
                .await;
            let is_done = cancelled.is_ok_and(|it| {
                // Refused once more where only the first answer was lost.
                it.status == 200 || it.reason() == "ILLEGAL_TRANSITION"
            });
            if is_done {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Ours and the provider's books have one charge, and `kept` of it left.
    async fn has_paid(&self, providers: &Providers, kept: i64) -> anyhow::Result<()> {
        let payment = self.payment().await?;
        let ours = (&payment["captured"], payment["refunded"].as_i64());
        assert_eq!(
            ours,
            (&json!(self.total), Some(self.total - kept)),
            "{payment:#}"
        );
        let theirs = providers.money(self.provider, &payment).await?;
        assert_eq!(theirs, (1, kept), "{payment:#}");
        Ok(())
    }
}

/// The sandbox: its pages, and its servers that send again what was not acknowledged.
struct Providers {
    control: String,
    gateway: String,
    http: Client,
}

impl Providers {
    fn of(platform: &Platform) -> anyhow::Result<Self> {
        let control = platform.endpoints.sandbox.get("control");
        Ok(Self {
            control: control.context("the sandbox is not running")?.clone(),
            gateway: platform.endpoints.gateway.clone(),
            http: Client::builder().redirect(Policy::none()).build()?,
        })
    }

    async fn pay_page(&self, provider: &str, reference: &str, next: &Value) -> anyhow::Result<()> {
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
        next: &Value,
    ) -> anyhow::Result<bool> {
        let known = self.money_of(provider, reference).await?;
        if known["charges"].as_i64().unwrap_or(0) > 0 {
            return Ok(true);
        }
        let is_known = known["payments"]
            .as_array()
            .is_some_and(|all| !all.is_empty());
        if next["kind"] == "form" && !is_known {
            let url = next["url"].as_str().unwrap_or_default();
            let form = payments::form(&next["fields"]);
            self.submit(Method::POST, url, form).await?;
        }
        let act = json!({ "action": "pay", "reference": reference });
        let url = format!("{}/{provider}/act", self.control);
        let response = self.http.post(url).json(&act).send().await?;
        if !response.status().is_success() {
            // Paid by a call whose answer was lost.
            return Ok(false);
        }
        let outcome: Value = response.json().await?;
        let back = &outcome["browser"];
        let Some(url) = back["url"].as_str().filter(|url| !url.is_empty()) else {
            // The shop could not be asked whether it may charge, and nothing was: the customer presses again.
            return Ok(false);
        };
        let method = if back["method"] == "POST" {
            Method::POST
        } else {
            Method::GET
        };
        // The way back proves nothing, and may fail.
        let _ = self
            .submit(method, url, payments::form(&back["fields"]))
            .await;
        Ok(true)
    }

    async fn submit(&self, method: Method, url: &str, form: String) -> anyhow::Result<()> {
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

    async fn money_of(&self, provider: &str, reference: &str) -> anyhow::Result<Value> {
        let url = format!(
            "{}/money?system={provider}&reference={reference}",
            self.control
        );
        Ok(self.http.get(url).send().await?.json().await?)
    }

    /// How often the customer was charged for a payment, by all its attempts, and what is left of it.
    async fn money(&self, provider: &str, payment: &Value) -> anyhow::Result<(i64, i64)> {
        let (mut charges, mut left) = (0, 0);
        for attempt in payment["attempts"].as_array().into_iter().flatten() {
            let reference = attempt["reference"].as_str().context("no reference")?;
            let found = self.money_of(provider, reference).await?;
            charges += found["charges"].as_i64().context("no charges")?;
            left += found["left"].as_i64().context("no sum")?;
        }
        Ok((charges, left))
    }

    /// Sends the callbacks again that were not acknowledged. The providers do it by themselves after
    /// minutes; this test does not wait for that.
    async fn resend_unacknowledged(&self) -> anyhow::Result<()> {
        for (provider, _) in PROVIDERS {
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
