//! JKOPAY 街口, OnlinePay.

mod customer;
mod digest;
mod entry;
mod inquiry;
mod refund;
mod result;
mod trade;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Router,
    routing::{get, post},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    act::{Act, Outcome, Refused},
    delivery::{Acknowledgement, Answer, Delivery, Draft, Message},
    fault::Fault,
    fields::Fields,
    incoming::Incoming,
    pages,
    sandbox::Sandbox,
    system::{Description, System},
};

pub const NAME: &str = "jkopay";

pub struct Jkopay;

#[async_trait]
impl System for Jkopay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn merchants(&self) -> Vec<(&'static str, Value)> {
        let store = |api_key, secret_key, shop| json!({ "api_key": api_key, "secret_key": secret_key, "shop": shop });
        vec![
            (
                "35f12dff-1581-11e9-a054-00505684fd45",
                store(
                    "sandbox-api-key-01",
                    "yizhimai-loopback-secret-01",
                    "街口測試商店",
                ),
            ),
            (
                "35f12dff-1581-11e9-a054-00505684fd46",
                store(
                    "sandbox-api-key-02",
                    "yizhimai-loopback-secret-02",
                    "街口測試商店二",
                ),
            ),
        ]
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        Router::new()
            .route("/platform/entry", post(entry::entry))
            .route("/platform/inquiry", get(inquiry::inquiry))
            .route("/platform/refund", post(refund::refund))
            .route("/sandbox/pay/{transaction}", get(customer::page))
            .merge(pages::routes(NAME))
    }

    fn describe(&self, _sandbox: &Sandbox, incoming: &Incoming) -> Option<Description> {
        let body: Value = serde_json::from_slice(&incoming.body).unwrap_or_default();
        let reference = body["platform_order_id"].as_str().unwrap_or_default();
        match incoming.path.as_str() {
            "/platform/entry" => Description::new("entry", reference),
            "/platform/refund" => Description::new("refund", reference),
            "/platform/inquiry" => {
                let query = Fields::parse(incoming.query.as_bytes());
                Description::new("inquiry", query.text("platform_order_ids"))
            }
            path if path.starts_with("/sandbox/") => None,
            _ => Description::new("unknown", ""),
        }
    }

    /// - `refuse` {code, message}: the call is refused so.
    /// - `balance_short`: the refund is refused for the store's balance.
    fn faults(&self) -> &'static [&'static str] {
        &["refuse", "balance_short"]
    }

    async fn act(&self, sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused> {
        customer::act(sandbox, &act).await
    }

    fn draft(&self, sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused> {
        result::draft(sandbox, reference, kind)
    }

    fn message(&self, _sandbox: &Sandbox, delivery: &Delivery, faults: &[Fault]) -> Message {
        result::message(delivery, faults)
    }

    fn acknowledgement(&self, delivery: &Delivery, answer: &Answer) -> Acknowledgement {
        result::acknowledgement(delivery, answer)
    }

    fn redelivery(&self, delivery: &Delivery) -> Option<TimeDelta> {
        result::redelivery(delivery)
    }
}
