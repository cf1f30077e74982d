//! LINE Pay, Online API v3 (and v4, whose shapes are the same).

mod calls;
mod customer;
mod info;
mod refund;
mod signature;
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
use http::Method;
use serde_json::{Value, json};

use crate::{
    act::{Act, Outcome, Refused},
    delivery::{self, Acknowledgement, Answer, Delivery, Draft, Message},
    fault::Fault,
    fields::Fields,
    incoming::Incoming,
    money, pages,
    sandbox::Sandbox,
    system::{Description, System},
};

pub const NAME: &str = "linepay";

pub struct Linepay;

#[async_trait]
impl System for Linepay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn merchants(&self) -> Vec<(&'static str, Value)> {
        let channel = |secret, shop| json!({ "channel_secret": secret, "shop": shop, "separate_capture": true });
        vec![
            (
                "1656001001",
                channel("a917ab6a2367b536f8e5a6e2977e06f4", "LINE Pay 測試商店"),
            ),
            (
                "1656001002",
                channel("0d5c2b9e71f04a6d8c3e5a7b9f1d2c4e", "LINE Pay 測試商店二"),
            ),
        ]
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        let mut router = Router::new()
            .route("/sandbox/pay/{transaction}", get(customer::page))
            .merge(pages::routes(NAME));
        for version in ["/v3", "/v4"] {
            let calls = Router::new()
                .route("/payments", get(info::details))
                .route("/payments/request", post(calls::request))
                .route("/payments/{transaction}/confirm", post(calls::confirm))
                .route("/payments/{transaction}/refund", post(refund::refund))
                .route("/payments/requests/{transaction}/check", get(info::check))
                .route(
                    "/payments/authorizations/{transaction}/capture",
                    post(calls::capture),
                )
                .route(
                    "/payments/authorizations/{transaction}/void",
                    post(calls::void),
                );
            router = router.nest(version, calls);
        }
        router
    }

    fn describe(&self, sandbox: &Sandbox, incoming: &Incoming) -> Option<Description> {
        let parts: Vec<&str> = incoming.path.split('/').skip(2).collect();
        let (call, transaction) = match parts.as_slice() {
            ["payments"] => {
                let query = Fields::parse(incoming.query.as_bytes());
                let reference = query.text("orderId").to_owned();
                if !reference.is_empty() {
                    return Description::new("details", reference);
                }
                ("details", query.text("transactionId").to_owned())
            }
            ["payments", "request"] => {
                let body: Value = serde_json::from_slice(&incoming.body).unwrap_or_default();
                return Description::new("request", body["orderId"].as_str().unwrap_or_default());
            }
            ["payments", "requests", id, "check"] => ("check", (*id).to_owned()),
            ["payments", "authorizations", id, "capture"] => ("capture", (*id).to_owned()),
            ["payments", "authorizations", id, "void"] => ("void", (*id).to_owned()),
            ["payments", id, "confirm"] => ("confirm", (*id).to_owned()),
            ["payments", id, "refund"] => ("refund", (*id).to_owned()),
            _ if incoming.path.starts_with("/sandbox/") => return None,
            _ => ("unknown", String::new()),
        };
        let trade = sandbox
            .state
            .change(|tx| money::by_transaction::<Value>(tx, NAME, &transaction));
        Description::new(call, trade.map(|trade| trade.reference).unwrap_or_default())
    }

    /// - `refuse` {code, message}: the call is refused so.
    /// - `duplicate_reference`: a fresh `orderId` is called used.
    /// - `slow_confirm` {seconds}: confirm takes so long; a second one meanwhile gets 1198.
    fn faults(&self) -> &'static [&'static str] {
        &["refuse", "duplicate_reference", "slow_confirm"]
    }

    async fn act(&self, sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused> {
        customer::act(sandbox, &act)
    }

    fn draft(&self, sandbox: &Sandbox, reference: &str, _kind: &str) -> Result<Draft, Refused> {
        let trade = sandbox
            .state
            .change(|tx| trade::by_reference(tx, reference));
        let trade = trade.ok_or_else(|| Refused::new(format!("no trade {reference:?}")))?;
        Ok(customer::server_confirm(&trade))
    }

    /// The only thing that LINE Pay's servers call is a `confirmUrl` of type SERVER, unsigned.
    fn message(&self, _sandbox: &Sandbox, delivery: &Delivery, _faults: &[Fault]) -> Message {
        Message {
            method: Method::GET,
            url: delivery.draft.url.clone(),
            content_type: "",
            headers: Vec::new(),
            body: String::new(),
            genuine: true,
        }
    }

    fn acknowledgement(&self, _delivery: &Delivery, answer: &Answer) -> Acknowledgement {
        delivery::by_status(answer, |status| (200..400).contains(&status))
    }

    fn redelivery(&self, _delivery: &Delivery) -> Option<TimeDelta> {
        None
    }
}
