//! Stripe: PaymentIntents, refunds, webhooks.

mod api;
mod confirm;
mod customer;
mod events;
mod intent;
mod refund;
mod trade;
mod view;

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
    delivery::{self, Acknowledgement, Answer, Delivery, Draft, Message},
    fault::Fault,
    incoming::Incoming,
    money, pages,
    sandbox::Sandbox,
    system::{Description, System},
};

pub const NAME: &str = "stripe";

pub struct Stripe;

#[async_trait]
impl System for Stripe {
    fn name(&self) -> &'static str {
        NAME
    }

    /// `webhook_url` is set through the control API.
    fn merchants(&self) -> Vec<(&'static str, Value)> {
        let account = |number: u8, secrets: &[&str]| {
            json!({
                "secret_key": format!("sk_test_sandbox{number}"),
                "publishable_key": format!("pk_test_sandbox{number}"),
                "webhook_url": "", "webhook_secrets": secrets, "shop": "Stripe 測試商店",
            })
        };
        vec![
            ("acct_sandbox1", account(1, &["whsec_yizhimai_dev"])),
            ("acct_sandbox2", account(2, &["whsec_test_secret"])),
        ]
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        Router::new()
            .route("/v1/payment_intents", post(intent::create))
            .route("/v1/payment_intents/{id}", get(intent::read))
            .route("/v1/payment_intents/{id}/confirm", post(intent::confirm))
            .route("/v1/payment_intents/{id}/capture", post(intent::capture))
            .route("/v1/payment_intents/{id}/cancel", post(intent::cancel))
            .route("/v1/refunds", post(refund::create).get(refund::list))
            .route("/v1/refunds/{id}", get(refund::read))
            .route("/v3/", get(customer::script))
            .route("/sandbox/confirm", post(customer::confirm))
            .route("/sandbox/pay/{transaction}", get(customer::page))
            .merge(pages::routes(NAME))
    }

    fn describe(&self, sandbox: &Sandbox, incoming: &Incoming) -> Option<Description> {
        let form = incoming.form();
        let of_intent = |call, id: &str| {
            let find = |tx: &mut crate::state::Transaction<'_>| {
                money::by_transaction::<Value>(tx, NAME, id).map(|trade| trade.reference)
            };
            Description::new(call, sandbox.state.change(find).unwrap_or_default())
        };
        let parts: Vec<&str> = incoming.path.split('/').skip(1).collect();
        match parts.as_slice() {
            ["v1", "payment_intents"] => {
                Description::new("create", form.text("metadata[order_id]"))
            }
            ["v1", "payment_intents", id] => of_intent("read", id),
            ["v1", "payment_intents", id, "confirm"] => of_intent("confirm", id),
            ["v1", "payment_intents", id, "capture"] => of_intent("capture", id),
            ["v1", "payment_intents", id, "cancel"] => of_intent("cancel", id),
            ["v1", "refunds"] => of_intent("refund", form.text("payment_intent")),
            ["v1", "refunds", _] => Description::new("read_refund", ""),
            ["sandbox" | "v3", ..] => None,
            _ => Description::new("unknown", ""),
        }
    }

    /// - `error` {status, type, code, message}: the call fails so; with `commit` after its effect. It is
    ///   replayed under its key.
    /// - `rate_limit`: 429.
    /// - `slow_call` {seconds}: the call takes so long; the same key meanwhile gets 409.
    /// - `require_action`: the card wants a 3-D Secure page.
    /// - `decline` {code, decline_code}: the card is declined.
    fn faults(&self) -> &'static [&'static str] {
        &[
            "error",
            "rate_limit",
            "slow_call",
            "require_action",
            "decline",
        ]
    }

    /// `old_timestamp` {seconds} signs as of then, `two_secrets` adds a second `v1`.
    fn callback_faults(&self) -> &'static [&'static str] {
        &["old_timestamp", "two_secrets"]
    }

    async fn act(&self, sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused> {
        customer::act(sandbox, &act)
    }

    fn draft(&self, sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused> {
        events::draft(sandbox, reference, kind)
    }

    fn message(&self, sandbox: &Sandbox, delivery: &Delivery, faults: &[Fault]) -> Message {
        events::message(sandbox, delivery, faults)
    }

    fn acknowledgement(&self, _delivery: &Delivery, answer: &Answer) -> Acknowledgement {
        delivery::by_status(answer, |status| (200..300).contains(&status))
    }

    /// After 2, 4, 8 … minutes, for almost three days.
    fn redelivery(&self, delivery: &Delivery) -> Option<TimeDelta> {
        const MOST_RETRIES: usize = 11;
        let retry = delivery.attempts.len();
        (retry <= MOST_RETRIES).then(|| TimeDelta::minutes(1 << retry))
    }

    async fn timer(&self, sandbox: &Arc<Sandbox>, kind: &str, key: &str) {
        if kind == intent::LAPSE {
            intent::lapse(sandbox, key);
        }
    }
}
