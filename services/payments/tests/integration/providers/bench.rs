//! A shop that is paid through a provider's sandbox, on clocks that the test moves, and its customer.

use std::{fs, path::Path, process, time::Duration};

use chassis::{clock::Clock as _, time};
use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta, Utc};
use payments::Payments;
use proto::payments::v1::{
    AttemptState, NextStep, NextStepKind, PayableOrder, Payment, RequestRefundRequest,
    StartAttemptRequest,
};
use reqwest::{Client, Method};
use sandbox::{CONTROL, Running, Settings};
use serde_json::{Value, json};
use testkit::eventually;
use tonic::Status;
use url::form_urlencoded;

use super::{edge::Edge, gateway::Gateway};
use crate::common::Shop;

const GOOD_CARD: &str = "4242424242424242";

pub struct Bench {
    pub gateway: Gateway,
    pub shop: Shop<Payments>,
    pub edge: Edge,
    pub sandbox: Running,
    settings: Settings,
    http: Client,
}

/// An attempt whose page the customer has open.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub reference: String,
    pub next: NextStep,
    /// The provider's page.
    pub page: String,
}

impl Bench {
    pub async fn open(gateway: Gateway) -> Self {
        Self::open_with(gateway, Settings::default()).await
    }

    pub async fn open_with(gateway: Gateway, settings: Settings) -> Self {
        let edge = Edge::open().await;
        let sandbox = sandbox::start(settings.clone()).await.unwrap();
        let endpoints = format!("{}.test={}", gateway.name, sandbox.url(gateway.name));
        let variables = [
            ("PAYMENTS_PUBLIC_URL", edge.url.as_str()),
            ("PAYMENTS_ENDPOINTS", endpoints.as_str()),
        ];
        let setup = gateway.setup.clone();
        let shop: Shop<Payments> = Shop::open_with(|_| setup, &variables).await;
        edge.connect(shop.gateway());
        let bench = Self {
            gateway,
            shop,
            edge,
            sandbox,
            settings,
            http: Client::new(),
        };
        bench.set_their_clock().await;
        if bench.gateway.name == "stripe" {
            bench.set_webhook().await;
        }
        bench
    }

    /// A sandbox that keeps its state, so that it can be restarted.
    pub async fn open_stored(gateway: Gateway) -> Self {
        let name = format!("sandbox-{}-{}", process::id(), gateway.name);
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_file(&file);
        let settings = Settings {
            state: Some(file),
            ..Settings::default()
        };
        Self::open_with(gateway, settings).await
    }

    /// Ends the sandbox as a killed process ends, and starts it again.
    pub async fn restart_sandbox(self) -> Self {
        let addresses = self.sandbox.addresses.clone();
        self.sandbox.stop().await;
        let sandbox = sandbox::start_again(self.settings.clone(), &addresses);
        Self {
            sandbox: sandbox.await.unwrap(),
            ..self
        }
    }

    async fn set_webhook(&self) {
        let account = &self.shop.account.account_id;
        let url = format!("{}/api/payments/callbacks/stripe/{account}", self.edge.url);
        let merchant = json!({
            "secret_key": "sk_test_sandbox1", "publishable_key": "pk_test_sandbox1",
            "webhook_url": url, "webhook_secrets": ["whsec_yizhimai_dev"], "shop": "Stripe",
        });
        let path = "/stripe/merchants/acct_sandbox1";
        self.control(Method::PUT, path, merchant).await;
    }

    pub async fn control(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}{path}", self.sandbox.url(CONTROL));
        let mut request = self.http.request(method, url);
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    pub async fn get(&self, path: &str) -> Value {
        self.control(Method::GET, path, Value::Null).await.1
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.control(Method::POST, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Arms a fault of the provider: `{"fault", "call", "times", "commit", "value"}`.
    pub async fn arm(&self, mut fault: Value) {
        fault["system"] = json!(self.gateway.name);
        self.post("/faults", fault).await;
    }

    /// Lets time pass on both clocks, a minute at a time: what is signed stays within its window.
    pub async fn advance(&self, delta: TimeDelta) {
        self.advance_by(TimeDelta::minutes(1), delta).await;
    }

    /// As [`Self::advance`], in longer steps.
    pub async fn advance_by(&self, step: TimeDelta, delta: TimeDelta) {
        let mut left = delta;
        while left > TimeDelta::zero() {
            let step = step.min(left);
            self.shop.advance(step);
            self.edge.connect(self.shop.gateway());
            let step_seconds = json!({ "advance_seconds": step.num_seconds() });
            self.post("/clock", step_seconds).await;
            left -= step;
        }
    }

    /// Lets time pass until the local time of the Taiwanese providers is `hour`:`minute` next.
    pub async fn advance_to(&self, hour: u32, minute: u32) {
        let now = self.shop.service.clock().now();
        let local = now.with_timezone(&FixedOffset::east_opt(8 * 3600).unwrap());
        let wanted = NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let mut wait = wanted - local.time();
        if wait <= TimeDelta::zero() {
            wait += TimeDelta::days(1);
        }
        let wait = TimeDelta::seconds(wait.num_seconds() + 1);
        self.advance_by(TimeDelta::minutes(10), wait).await;
    }

    /// Lets time pass on the platform's clock alone.
    pub fn advance_ours(&self, delta: TimeDelta) {
        self.shop.advance(delta);
        self.edge.connect(self.shop.gateway());
    }

    /// Sets the sandbox's clock to the platform's.
    pub async fn set_their_clock(&self) {
        let now = self.shop.service.clock().now();
        self.post("/clock", json!({ "set": now })).await;
    }

    /// The rules that the sandbox says were broken; it forgets them.
    pub async fn take_violations(&self) -> Vec<String> {
        let found = self.get("/violations").await;
        self.control(Method::DELETE, "/violations", Value::Null)
            .await;
        let found = found.as_array().unwrap();
        let rules = found.iter().map(|violation| violation["rule"].as_str());
        rules.map(|rule| rule.unwrap().to_owned()).collect()
    }

    /// Waits for `condition`; time goes on from one query of the provider or try of a refund to the next.
    pub async fn wait_for(&self, condition: impl AsyncFn() -> bool) {
        const MOST_TURNS: usize = 25;
        for _ in 0..MOST_TURNS {
            if condition().await {
                return;
            }
            self.next_turn().await;
        }
        assert!(condition().await, "it did not come true in time");
    }

    /// Lets time pass until payments has something to do, and waits until that was done.
    async fn next_turn(&self) {
        let now = self.shop.service.clock().now();
        let Some(due) = self.next_due().await else {
            // The last of it was done since the condition was looked at, or a callback is under way.
            tokio::time::sleep(Duration::from_millis(100)).await;
            return;
        };
        let wait = (due - now).max(TimeDelta::zero());
        // In whole seconds, as the sandbox's clock moves.
        let wait = TimeDelta::seconds(wait.num_seconds() + i64::from(wait.subsec_nanos() > 0));
        let step = TimeDelta::seconds((wait.num_seconds() / 60).max(60));
        self.advance_by(step, wait).await;
        eventually(async || self.next_due().await != Some(due)).await;
        // What is under way was put off by the lease of the job that took it.
        let leased = Some(self.shop.service.clock().now() + TimeDelta::seconds(30));
        for _ in 0..40 {
            if self.next_due().await != leased {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// When payments queries a provider or tries a refund next.
    async fn next_due(&self) -> Option<DateTime<Utc>> {
        let mut superuser = self.shop.service.db().superuser().await;
        sqlx::query_scalar(
            "SELECT min(at) FROM (
                 SELECT next_query_at AS at FROM attempts
                 UNION ALL SELECT next_try_at FROM refunds WHERE state = 'pending'
             ) AS due",
        )
        .fetch_one(&mut superuser)
        .await
        .unwrap()
    }

    /// Waits until the payment is as `condition` says.
    pub async fn until(
        &self,
        order: &PayableOrder,
        condition: impl Fn(&Payment) -> bool,
    ) -> Payment {
        self.wait_for(async || condition(&self.shop.payment(order).await))
            .await;
        self.shop.payment(order).await
    }

    /// Waits until every armed fault was met.
    pub async fn until_faults_are_met(&self) {
        self.wait_for(async || self.get("/faults").await.as_array().unwrap().is_empty())
            .await;
    }

    pub async fn until_captured(&self, order: &PayableOrder) -> Payment {
        self.until(order, |payment| payment.captured > 0).await
    }

    /// Waits until the last attempt has `state`.
    pub async fn until_last_attempt(&self, order: &PayableOrder, state: AttemptState) -> Payment {
        self.until(order, |payment| {
            payment.attempts.last().unwrap().state() == state
        })
        .await
    }

    fn start_request(&self, key: &str, order: &PayableOrder) -> StartAttemptRequest {
        StartAttemptRequest {
            back_url: self.edge.order_page(),
            ..self.shop.start_request(key, order)
        }
    }

    /// The customer presses 付款 and the browser goes where it is sent; cards are entered where the shop's
    /// page has the provider's fields.
    pub async fn checkout(&self, key: &str, order: &PayableOrder) -> Result<Checkout, Status> {
        let mut request = self.start_request(key, order);
        let mut ordering = self.shop.ordering();
        let mut started = ordering.start_attempt(request.clone()).await?.into_inner();
        let mut next = started.next.clone().unwrap();
        if self.gateway.name == "tappay" && next.kind() == NextStepKind::Fields {
            request.token = self.prime(&next).await;
            started = ordering.start_attempt(request).await?.into_inner();
            next = started.next.clone().unwrap();
        }
        let page = match next.kind() {
            NextStepKind::Form => {
                let fields = next
                    .fields
                    .iter()
                    .map(|field| (field.name.as_str(), field.value.as_str()));
                let form = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(fields)
                    .finish();
                self.browse(Method::POST, &next.url, form).await
            }
            NextStepKind::Redirect => self.browse(Method::GET, &next.url, String::new()).await,
            _ => String::new(),
        };
        Ok(Checkout {
            reference: started.attempt.unwrap().reference,
            next,
            page,
        })
    }

    /// A request of the customer's browser, which follows redirects.
    async fn browse(&self, method: Method, url: &str, form: String) -> String {
        let mut request = self
            .http
            .request(method, url)
            .header("origin", &self.edge.url);
        if !form.is_empty() {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{url}: {status} {text}");
        text
    }

    fn setting(next: &NextStep, name: &str) -> String {
        let settings: Value = serde_json::from_str(&next.settings_json).unwrap();
        match &settings[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// What TapPay's script makes of a card.
    async fn prime(&self, next: &NextStep) -> String {
        let url = format!("{}/sandbox/prime", self.sandbox.url("tappay"));
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("app_id", &Self::setting(next, "app_id"))
            .append_pair("app_key", &Self::setting(next, "app_key"))
            .append_pair("number", GOOD_CARD)
            .append_pair("expiry", "1230")
            .append_pair("ccv", "123")
            .finish();
        let answer = self.browse(Method::POST, &url, form).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["prime"].as_str().expect("a prime").to_owned()
    }

    /// What Stripe's script does with a card.
    async fn confirm_intent(&self, checkout: &Checkout) -> Value {
        let url = format!("{}/sandbox/confirm", self.sandbox.url("stripe"));
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("key", &Self::setting(&checkout.next, "publishable_key"))
            .append_pair(
                "client_secret",
                &Self::setting(&checkout.next, "client_secret"),
            )
            .append_pair("number", GOOD_CARD)
            .append_pair("return_url", &Self::setting(&checkout.next, "return_url"))
            .finish();
        let answer = self.browse(Method::POST, &url, form).await;
        serde_json::from_str(&answer).unwrap()
    }

    /// The customer pays; returns where the browser is sent, once the callbacks that are due have gone out.
    pub async fn pay(&self, checkout: &Checkout) -> Value {
        let way_back = self.pay_if_possible(checkout).await;
        way_back.expect("the provider takes the payment")
    }

    /// As [`Self::pay`]; an error when the provider does not let the customer pay.
    pub async fn pay_if_possible(&self, checkout: &Checkout) -> Result<Value, Value> {
        let way_back = if checkout.next.kind() == NextStepKind::Fields {
            let answer = self.confirm_intent(checkout).await;
            if !answer["error"].is_null() {
                return Err(answer);
            }
            json!({ "method": "GET", "url": Self::setting(&checkout.next, "return_url"), "fields": [] })
        } else {
            self.act(&checkout.reference, json!({ "action": "pay" }))
                .await?["browser"]
                .clone()
        };
        self.settle().await;
        Ok(way_back)
    }

    /// Something that the customer does at the provider.
    pub async fn act(&self, reference: &str, mut action: Value) -> Result<Value, Value> {
        action["reference"] = json!(reference);
        let path = format!("/{}/act", self.gateway.name);
        match self.control(Method::POST, &path, action).await {
            (200, outcome) => Ok(outcome),
            (_, refused) => Err(refused),
        }
    }

    /// Waits until every callback that is due has gone out.
    pub async fn settle(&self) {
        let answer = self.post("/settle", json!({})).await;
        assert_eq!(answer["settled"], true);
    }

    /// The browser goes back to the shop and sees the order.
    pub async fn return_to_shop(&self, way_back: &Value) {
        let url = way_back["url"].as_str().expect("a way back");
        let fields: Vec<(String, String)> =
            serde_json::from_value(way_back["fields"].clone()).unwrap();
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let method = way_back["method"].as_str().unwrap().parse().unwrap();
        assert_eq!(self.browse(method, url, form).await, "order");
    }

    /// Callbacks about `reference`, with every attempt to deliver them.
    pub async fn deliveries(&self, reference: &str) -> Vec<Value> {
        let path = format!(
            "/deliveries?reference={reference}&call={}",
            self.gateway.callback
        );
        self.get(&path).await.as_array().unwrap().clone()
    }

    /// Sends the provider's callback about `reference` now, as it is or forged; returns the attempts.
    pub async fn send_callback(&self, reference: &str, mut sending: Value) -> Vec<Value> {
        sending["system"] = json!(self.gateway.name);
        sending["reference"] = json!(reference);
        sending["kind"] = json!(self.gateway.callback);
        let attempts = self.post("/deliveries", sending).await;
        attempts.as_array().unwrap().clone()
    }

    /// How many calls of the protocol have arrived at the provider.
    pub async fn calls(&self, call: &str) -> usize {
        let path = format!("/requests?system={}&call={call}", self.gateway.name);
        self.get(&path).await.as_array().unwrap().len()
    }

    pub async fn refund(&self, order: &PayableOrder, amount: i64) -> Result<(), Status> {
        let request = RequestRefundRequest {
            idempotency_key: format!("refund-{amount}"),
            order_id: order.order_id.clone(),
            amount,
            reason: "客人要求".to_owned(),
            ..Default::default()
        };
        self.shop.ordering().request_refund(request).await?;
        Ok(())
    }

    /// An order that waits for its payment until the end of the present quarter of an hour.
    pub fn order(&self, total: i64) -> PayableOrder {
        self.shop.order(total)
    }

    /// The same order with another fifteen minutes to pay.
    pub fn prolonged(&self, order: &PayableOrder) -> PayableOrder {
        let now = self.shop.service.clock().now();
        PayableOrder {
            expires_at: Some(time::to_wire(now + TimeDelta::minutes(15))),
            ..order.clone()
        }
    }

    /// Checks the money on every side: so many charges at the provider and in the ledger, of which `kept`
    /// is kept by both; and that the provider found nothing wrong with what it was sent.
    pub async fn assert_money(&self, order: &PayableOrder, charges: i64, kept: i64) {
        let money = self
            .get(&format!("/money?system={}", self.gateway.name))
            .await;
        assert_eq!(money["charges"], charges, "charges: {money:#}");
        assert_eq!(money["left"], kept * self.gateway.unit, "left: {money:#}");
        let payment = self.shop.payment(order).await;
        assert_eq!(payment.captured - payment.refunded, kept, "{payment:#?}");
        let booked = "SELECT count(*) FROM ledger_transactions WHERE kind = 'capture'";
        assert_eq!(self.shop.count(booked).await, charges);
        let unbalanced = "SELECT count(*) FROM (
                SELECT transaction_id FROM ledger_entries
                GROUP BY org_id, transaction_id, currency HAVING sum(amount) <> 0
            ) AS unbalanced";
        assert_eq!(self.shop.count(unbalanced).await, 0);
        assert_eq!(self.shop.balance("clearing").await, kept);
        let violations = self.get("/violations").await;
        assert_eq!(violations, json!([]), "{violations:#}");
    }
}

impl Bench {
    /// Puts the only card payment at ECPay into a state.
    pub async fn set_card_state(&self, state: &str) {
        let money = self.get("/money").await;
        let reference = money["payments"][0]["reference"].as_str().unwrap();
        let path = format!("/ecpay/trades/{reference}/card");
        let (status, answer) = self
            .control(Method::PUT, &path, json!({ "state": state }))
            .await;
        assert!(status < 300, "{answer}");
    }
}
