//! A customer who is a member.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use devtool::infra::wait_until;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Answer, Customer, Platform, Shop};

const CODE_DIGITS: usize = 6;
/// Points and coupons reach a member by events within this.
const LIMIT: Duration = Duration::from_secs(60);

/// A customer who has joined and is signed in.
pub struct Member {
    /// The customer.
    pub customer: Customer,
    /// Member.
    pub id: String,
    base: String,
}

impl Member {
    /// Joins a shop's organisation by the code that the sandbox's SMS gateway shows.
    pub async fn join(platform: &Platform, shop: &Shop) -> anyhow::Result<Self> {
        let customer = Customer::of(shop)?;
        let gateway = &platform.endpoints.gateway;
        let base = format!("{gateway}/api/members/b-{}", shop.organisation);
        let phone = customer.phone().to_owned();
        let asked = json!({"phone": phone, "purpose": "sign_in"});
        let url = format!("{base}/codes");
        let sent = customer
            .call_url(Method::POST, &url, None, Some(&asked))
            .await?;
        ensure!(sent.status < 300, "no code was sent: {sent:?}");
        let joining = json!({
            "phone": phone, "code": code(platform, &customer).await?, "name": "測試會員",
            "consents": [{"kind": "terms", "agreed": true, "text_version": "test"}],
        });
        let url = format!("{base}/sign-in");
        let joined = customer
            .call_url(Method::POST, &url, None, Some(&joining))
            .await?;
        ensure!(joined.status < 300, "not joined: {joined:?}");
        let member = Self {
            customer,
            id: String::new(),
            base,
        };
        let me = member.get("/me").await?;
        let id = me.body["me"]["member_id"].as_str();
        let id = id.with_context(|| format!("nobody is signed in: {me:?}"))?;
        Ok(Self {
            id: id.to_owned(),
            ..member
        })
    }

    /// Reads something of the member's own.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let url = format!("{}{path}", self.base);
        self.customer.call_url(Method::GET, &url, None, None).await
    }

    /// Waits until the member has so many points.
    pub async fn until_points(&self, balance: i64) -> anyhow::Result<()> {
        let mut account = Value::Null;
        wait_until("the points", LIMIT, async || {
            if let Ok(answer) = self.get("/points").await {
                account = answer.body["account"].clone();
            }
            account["balance"] == balance
        })
        .await
        .with_context(|| format!("not {balance}: {account}"))
    }

    /// The coupons that the member may use.
    pub async fn coupons(&self) -> anyhow::Result<Vec<String>> {
        let listed = self.get("/coupons").await?;
        let coupons = listed.body["coupons"].as_array().into_iter().flatten();
        let ids = coupons.filter_map(|coupon| coupon["coupon_id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }
}

/// The code that was sent to the customer's phone.
async fn code(platform: &Platform, customer: &Customer) -> anyhow::Result<String> {
    let control = platform.endpoints.sandbox.get("control");
    let control = control.context("the sandbox is not running")?;
    let number = customer.phone().trim_start_matches('0');
    let url = format!("{control}/sms/messages?to=%2B886{number}");
    let mut found = None;
    wait_until("the code", LIMIT, async || {
        if let Ok(sent) = customer.call_url(Method::GET, &url, None, None).await {
            let text = sent.body[0]["text"].as_str().unwrap_or_default();
            let mut parts = text.split(|c: char| !c.is_ascii_digit());
            found = parts
                .find(|part| part.len() == CODE_DIGITS)
                .map(str::to_owned);
        }
        found.is_some()
    })
    .await?;
    found.context("no code was sent")
}
