//! How a brand is paid: an account at every provider the sandbox plays, each verified by a payment of one
//! unit, and the methods of its checkout.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::client::{Staff, checked, text};
use crate::{endpoints::Endpoints, infra::wait_until};

const LIMIT: Duration = Duration::from_secs(20);
/// The sandbox's account at Stripe, which sends only to addresses that were registered there.
const STRIPE_ACCOUNT: &str = "acct_sandbox1";
/// TapPay's own token for tests without its fields.
const TAPPAY_TOKEN: &str = "test_3a2fb2b7e892b914a03c95dd4dd5dc7970c908df67a49527c0a648b2bc9";

/// An account with the test credentials that the sandbox knows.
struct AccountPlan {
    provider: &'static str,
    name: &'static str,
    credentials: &'static [(&'static str, &'static str)],
    /// The provider's word for how the unit is paid.
    method: Option<&'static str>,
    /// What its fields in the page would make of a card.
    token: Option<&'static str>,
}

const ACCOUNTS: [AccountPlan; 6] = [
    AccountPlan {
        provider: "ecpay",
        name: "綠界",
        credentials: &[
            ("MerchantID", "3002607"),
            ("HashKey", "pwFHCqoQZGmho4w6"),
            ("HashIV", "EkRm7iFT261dpevs"),
            ("CreditCheckCode", "59997889"),
        ],
        method: Some("Credit"),
        token: None,
    },
    AccountPlan {
        provider: "linepay",
        name: "LINE Pay",
        credentials: &[
            ("channelId", "1656001001"),
            ("channelSecret", "a917ab6a2367b536f8e5a6e2977e06f4"),
        ],
        method: None,
        token: None,
    },
    AccountPlan {
        provider: "jkopay",
        name: "街口支付",
        credentials: &[
            ("store_id", "35f12dff-1581-11e9-a054-00505684fd45"),
            ("api_key", "sandbox-api-key-01"),
            ("secret_key", "yizhimai-loopback-secret-01"),
        ],
        method: None,
        token: None,
    },
    AccountPlan {
        provider: "newebpay",
        name: "藍新",
        credentials: &[
            ("MerchantID", "MS127874575"),
            ("HashKey", "Fs5cX1TGqYM2PpdbE14a9H83YQSQF5jn"),
            ("HashIV", "C6AcmfqJILwgnhIP"),
        ],
        method: Some("CREDIT"),
        token: None,
    },
    AccountPlan {
        provider: "tappay",
        name: "TapPay",
        credentials: &[
            ("app_id", "11327"),
            ("app_key", "app_TESTKEY0123456789abcdef"),
            ("partner_key", "partner_TESTKEY0123456789abcdef"),
            ("merchant_id", "yizhimai_CTBC"),
        ],
        method: None,
        token: Some(TAPPAY_TOKEN),
    },
    AccountPlan {
        provider: "stripe",
        name: "Stripe",
        credentials: &[
            ("publishable_key", "pk_test_sandbox1"),
            ("secret_key", "sk_test_sandbox1"),
            ("webhook_secret", "whsec_yizhimai_dev"),
        ],
        method: None,
        token: None,
    },
];

/// Kind, provider, its word for the method, name and text.
type MethodPlan = (
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static str,
    &'static str,
);

/// In the order of the checkout.
const METHODS: [MethodPlan; 9] = [
    ("cash", None, "", "現金", "取餐時付款"),
    ("card", Some("ecpay"), "Credit", "信用卡", "由綠界處理"),
    ("line_pay", Some("linepay"), "", "LINE Pay", ""),
    ("jkopay", Some("jkopay"), "", "街口支付", ""),
    ("atm", Some("ecpay"), "ATM", "ATM 轉帳", "取得帳號後繳費"),
    ("card", Some("newebpay"), "CREDIT", "信用卡（藍新）", ""),
    ("card", Some("tappay"), "", "信用卡（TapPay）", ""),
    ("card", Some("stripe"), "", "信用卡（Stripe）", ""),
    ("transfer", None, "", "銀行匯款", "由門市核對後確認"),
];

/// Creates and verifies the accounts at these providers, or at all, and saves the methods.
pub async fn set_up(
    staff: &Staff,
    endpoints: &Endpoints,
    brand_id: &str,
    providers: Option<&[&str]>,
) -> anyhow::Result<()> {
    let is_wanted = |provider: &str| providers.is_none_or(|wanted| wanted.contains(&provider));
    for plan in ACCOUNTS.iter().filter(|plan| is_wanted(plan.provider)) {
        let account = create(staff, brand_id, plan).await?;
        let customer = Customer::new(endpoints, plan)?;
        if plan.provider == "stripe" {
            customer.register(text(&account, "/callback_url")?).await?;
        }
        verify(staff, &customer, text(&account, "/account_id")?)
            .await
            .with_context(|| format!("verifying the account at {}", plan.provider))?;
    }
    let path = format!("/brands/{brand_id}/payment-methods");
    let mut version = staff.call(Method::GET, &path, Value::Null).await?["version"].clone();
    let methods = METHODS.iter();
    for method in methods.filter(|(_, provider, ..)| provider.is_none_or(is_wanted)) {
        let saved = save_method(staff, &path, &version, method).await?;
        version = saved["version"].clone();
    }
    Ok(())
}

/// Plays the part of a customer who follows the next step of an attempt and pays it.
pub async fn pay(
    endpoints: &Endpoints,
    provider: &str,
    reference: &str,
    next: &Value,
) -> anyhow::Result<()> {
    let mut plans = ACCOUNTS.iter();
    let plan = plans.find(|plan| plan.provider == provider);
    let plan = plan.with_context(|| format!("no account at {provider}"))?;
    Customer::new(endpoints, plan)?.pay(reference, next).await
}

/// An account of a brand at a provider, and the method that pays by it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Provider.
    pub provider: &'static str,
    /// Account.
    pub account_id: String,
    /// Where its provider sends callbacks to.
    pub callback_url: String,
    /// Method.
    pub method_id: String,
}

/// Creates an account at `provider` that is not verified, and a method that pays by it.
pub(crate) async fn account_with_method(
    staff: &Staff,
    brand_id: &str,
    provider: &str,
) -> anyhow::Result<Account> {
    let plan = ACCOUNTS.iter().find(|plan| plan.provider == provider);
    let plan = plan.with_context(|| format!("the sandbox plays no {provider}"))?;
    let account = create(staff, brand_id, plan).await?;
    let method = METHODS
        .iter()
        .find(|(_, of, ..)| *of == Some(plan.provider));
    let method = method.with_context(|| format!("there is no method of {provider}"))?;
    let path = format!("/brands/{brand_id}/payment-methods");
    let saved = staff.call(Method::GET, &path, Value::Null).await?;
    let saved = save_method(staff, &path, &saved["version"], method).await?;
    Ok(Account {
        provider: plan.provider,
        account_id: text(&account, "/account_id")?.to_owned(),
        callback_url: text(&account, "/callback_url")?.to_owned(),
        method_id: text(&saved, "/method/method_id")?.to_owned(),
    })
}

async fn save_method(
    staff: &Staff,
    path: &str,
    version: &Value,
    (kind, provider, word, name, text): &MethodPlan,
) -> anyhow::Result<Value> {
    let method = json!({
        "kind": kind, "provider": provider, "provider_method": word, "name": name, "text": text,
        "enabled": true, "branch_ids": [], "methods": [], "channels": [],
        "max_amount": null, "deposit_percent": null,
    });
    let body = json!({"version": version, "method": method});
    staff.call(Method::POST, path, body).await
}

/// Creates an account. Payments knows a new brand by an event, so the first try may come too early.
async fn create(staff: &Staff, brand_id: &str, plan: &AccountPlan) -> anyhow::Result<Value> {
    let path = format!("/brands/{brand_id}/payment-accounts");
    let credentials = plan.credentials.iter();
    let credentials = credentials.map(|(name, value)| json!({"name": name, "value": value}));
    let body = json!({
        "provider": plan.provider, "name": plan.name, "capture": "at_once", "effective_at": null,
        "settlement_days": 7, "credentials": credentials.collect::<Vec<_>>(),
    });
    let mut created = Err(anyhow::anyhow!("nothing was tried"));
    let tried = wait_until("the brand in payments", LIMIT, async || {
        created = staff.call(Method::POST, &path, body.clone()).await;
        created.is_ok()
    });
    let tried = tried.await;
    let created = created.with_context(|| format!("creating the account at {}", plan.provider))?;
    tried?;
    Ok(created["account"].clone())
}

/// Pays one unit as the back office does: the customer's part is played by the sandbox's control API.
async fn verify(staff: &Staff, customer: &Customer<'_>, account_id: &str) -> anyhow::Result<()> {
    let path = format!("/payment-accounts/{account_id}/verifications");
    let back_url = format!("{}/admin/", customer.endpoints.gateway);
    let body = json!({"back_url": back_url, "token": customer.plan.token});
    let started = staff.call(Method::POST, &path, body).await?;
    let reference = text(&started, "/verification/reference")?;
    customer.pay(reference, &started["next"]).await?;

    let path = format!(
        "{path}/{}",
        text(&started, "/verification/verification_id")?
    );
    let mut state = Value::Null;
    wait_until("the payment of one unit", LIMIT, async || {
        match staff.call(Method::GET, &path, Value::Null).await {
            Ok(found) => state = found["verification"].clone(),
            Err(problem) => state = problem.to_string().into(),
        }
        state["state"]
            .as_str()
            .is_some_and(|state| state != "pending")
    })
    .await
    .with_context(|| format!("its state is {state}"))?;
    ensure!(state["state"] == "passed", "it did not pass: {state}");
    Ok(())
}

/// Somebody who pays at a provider's page.
struct Customer<'a> {
    endpoints: &'a Endpoints,
    plan: &'a AccountPlan,
    /// The sandbox's control port.
    control: &'a str,
    browser: Client,
}

impl<'a> Customer<'a> {
    fn new(endpoints: &'a Endpoints, plan: &'a AccountPlan) -> anyhow::Result<Self> {
        let control = endpoints.sandbox.get(sandbox::CONTROL);
        Ok(Self {
            endpoints,
            plan,
            control: control.context("the sandbox is not running")?,
            browser: Client::builder().redirect(Policy::none()).build()?,
        })
    }

    /// Registers where the provider sends its callbacks to, where a payment does not name it.
    async fn register(&self, callback_url: &str) -> anyhow::Result<()> {
        let control = self.control;
        let url = format!("{control}/stripe/merchants/{STRIPE_ACCOUNT}");
        let credential = |name| {
            let mut credentials = self.plan.credentials.iter();
            credentials.find_map(|(found, value)| (*found == name).then_some(*value))
        };
        let merchant = json!({
            "secret_key": credential("secret_key"), "publishable_key": credential("publishable_key"),
            "webhook_url": callback_url, "webhook_secrets": [credential("webhook_secret")],
            "shop": self.plan.name,
        });
        let response = self.browser.put(url).json(&merchant).send().await?;
        checked("the sandbox", response).await?;
        Ok(())
    }

    /// Follows the next step of a payment, pays, and lets the provider send the browser back.
    async fn pay(&self, reference: &str, next: &Value) -> anyhow::Result<()> {
        match text(next, "/kind")? {
            "wait" => return Ok(()),
            "form" => {
                let url = text(next, "/url")?;
                let page = self.submit("POST", url, form(&next["fields"])).await?;
                ensure!(page.status().is_success(), "the payment page: {page:?}");
            }
            _ => {}
        }
        let url = format!("{}/{}/act", self.control, self.plan.provider);
        let act = json!({"action": "pay", "reference": reference, "method": self.plan.method});
        let response = self.browser.post(url).json(&act).send().await?;
        let outcome = checked("the sandbox", response).await?;
        let back = &outcome["browser"];
        if let Some(url) = back["url"].as_str().filter(|url| !url.is_empty()) {
            let page = self
                .submit(text(back, "/method")?, url, form(&back["fields"]))
                .await?;
            ensure!(page.status().is_redirection(), "the way back: {page:?}");
        }
        Ok(())
    }

    async fn submit(
        &self,
        method: &str,
        url: &str,
        form: String,
    ) -> anyhow::Result<reqwest::Response> {
        let request = if method == "GET" {
            self.browser.get(url)
        } else {
            let origin = &self.endpoints.gateway;
            let request = self.browser.post(url).header("origin", origin);
            let media = "application/x-www-form-urlencoded";
            request.header("content-type", media).body(form)
        };
        Ok(request.send().await?)
    }
}

/// The fields of a form: payments names them, the sandbox sends pairs.
#[must_use]
pub fn form(fields: &Value) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for field in fields.as_array().into_iter().flatten() {
        let part = |name: &str, place: usize| field[name].as_str().or(field[place].as_str());
        if let (Some(name), Some(value)) = (part("name", 0), part("value", 1)) {
            form.append_pair(name, value);
        }
    }
    form.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_from_names_and_from_pairs() {
        let named = json!([{"name": "a", "value": "1 2"}, {"name": "b", "value": "&"}]);
        let pairs = json!([["a", "1 2"], ["b", "&"]]);
        for fields in [named, pairs] {
            assert_eq!(form(&fields), "a=1+2&b=%26");
        }
        assert_eq!(form(&Value::Null), "");
    }
}
