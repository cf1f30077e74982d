//! NewebPay 藍新, MPG (manual NDNF-1.1.9).

mod callbacks;
mod card;
mod cipher;
mod customer;
mod page;
mod query;
mod trade;
mod wallet;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, routing::post};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    act::{Act, Outcome, Refused},
    delivery::{self, Acknowledgement, Answer, Delivery, Draft, Message},
    fault::Fault,
    incoming::Incoming,
    pages,
    sandbox::Sandbox,
    system::{Description, System},
};

pub const NAME: &str = "newebpay";

pub struct Newebpay;

#[async_trait]
impl System for Newebpay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn merchants(&self) -> Vec<(&'static str, Value)> {
        let store = |key, iv, shop| json!({ "hash_key": key, "hash_iv": iv, "shop": shop, "manual_close": false });
        vec![
            (
                "MS127874575",
                store(
                    "Fs5cX1TGqYM2PpdbE14a9H83YQSQF5jn",
                    "C6AcmfqJILwgnhIP",
                    "藍新測試商店",
                ),
            ),
            (
                "MS100000002",
                store(
                    "SandboxStoreTwoHashKey0123456789",
                    "SandboxStoreIV02",
                    "藍新測試商店二",
                ),
            ),
        ]
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        Router::new()
            .route("/MPG/mpg_gateway", post(page::open))
            .route("/API/QueryTradeInfo", post(query::query))
            .route("/API/CreditCard/Cancel", post(card::cancel))
            .route("/API/CreditCard/Close", post(card::close))
            .route("/API/EWallet/refund", post(wallet::refund))
            .merge(pages::routes(NAME))
    }

    fn describe(&self, sandbox: &Sandbox, incoming: &Incoming) -> Option<Description> {
        let form = incoming.form();
        if incoming.path.starts_with("/sandbox/") {
            return None;
        }
        if incoming.path == "/API/QueryTradeInfo" {
            return Description::new("query", form.text("MerchantOrderNo"));
        }
        let data = trade::encrypted(sandbox, &form);
        let call = match incoming.path.as_str() {
            "/MPG/mpg_gateway" => "create",
            "/API/CreditCard/Cancel" => "cancel",
            "/API/CreditCard/Close" => match (data.text("CloseType"), data.text("Cancel")) {
                ("1", "1") => "undo_capture",
                ("1", _) => "capture",
                (_, "1") => "undo_refund",
                _ => "refund",
            },
            "/API/EWallet/refund" => "wallet_refund",
            _ => "unknown",
        };
        Description::new(call, data.text("MerchantOrderNo"))
    }

    /// - `refuse` {code, message}: the call is refused so.
    /// - `duplicate_reference`: a fresh order number is called repeated.
    /// - `wrong_check_code`: the query's answer has a wrong `CheckCode`.
    /// - `paying`: the query says `OrderStatus` 9.
    /// - `queued_at_bank`: Cancel answers TRA20001 and takes effect in the night.
    /// - `balance_short`: the refund is refused for the store's balance.
    fn faults(&self) -> &'static [&'static str] {
        &[
            "refuse",
            "duplicate_reference",
            "wrong_check_code",
            "paying",
            "queued_at_bank",
            "balance_short",
        ]
    }

    async fn act(&self, sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused> {
        customer::act(sandbox, &act)
    }

    fn draft(&self, sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused> {
        callbacks::draft(sandbox, reference, kind)
    }

    fn message(&self, sandbox: &Sandbox, delivery: &Delivery, faults: &[Fault]) -> Message {
        callbacks::message(sandbox, delivery, faults)
    }

    fn acknowledgement(&self, _delivery: &Delivery, answer: &Answer) -> Acknowledgement {
        delivery::by_status(answer, |status| status == 200)
    }

    /// One delivery and three more; the manual says no spacing.
    fn redelivery(&self, delivery: &Delivery) -> Option<TimeDelta> {
        const MOST: usize = 4;
        (delivery.attempts.len() < MOST).then(|| TimeDelta::minutes(5))
    }

    async fn timer(&self, sandbox: &Arc<Sandbox>, kind: &str, key: &str) {
        card::batch(sandbox, kind, key);
    }
}
