//! TapPay.

mod capture;
mod customer;
mod notify;
mod pay;
mod prime;
mod record;
mod refund;
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
    delivery::{self, Acknowledgement, Answer, Delivery, Draft, Message},
    fault::Fault,
    incoming::Incoming,
    money, pages,
    sandbox::Sandbox,
    system::{Description, System},
};

pub const NAME: &str = "tappay";

pub struct Tappay;

#[async_trait]
impl System for Tappay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn merchants(&self) -> Vec<(&'static str, Value)> {
        let merchant = |acquirer: &str, wallet: bool| {
            json!({
                "partner_key": "partner_TESTKEY0123456789abcdef", "app_id": "11327",
                "app_key": "app_TESTKEY0123456789abcdef", "acquirer": acquirer, "wallet": wallet,
                "shop": "TapPay 測試商店",
            })
        };
        vec![
            ("yizhimai_CTBC", merchant("TW_CTBC", false)),
            ("yizhimai_LINEPAY", merchant("TW_LINE_PAY", true)),
            ("yizhimai_JKOPAY", merchant("TW_JKOPAY", true)),
        ]
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        Router::new()
            .route("/tpc/payment/pay-by-prime", post(pay::by_prime))
            .route("/tpc/payment/pay-by-token", post(pay::by_token))
            .route("/tpc/transaction/refund", post(refund::refund))
            .route("/tpc/transaction/refund/cancel", post(refund::cancel))
            .route("/tpc/transaction/cap", post(capture::cap))
            .route("/tpc/transaction/cap/cancel", post(capture::cancel))
            .route("/tpc/transaction/query", post(record::query))
            .route("/tpc/transaction/trade-history", post(record::history))
            .route("/sdk/tpdirect/{version}", get(prime::script))
            .route("/sandbox/prime", post(prime::issue))
            .route("/sandbox/pay/{transaction}", get(customer::page))
            .merge(pages::routes(NAME))
    }

    fn describe(&self, sandbox: &Sandbox, incoming: &Incoming) -> Option<Description> {
        let call = match incoming.path.strip_prefix("/tpc/") {
            Some("payment/pay-by-prime") => "pay_by_prime",
            Some("payment/pay-by-token") => "pay_by_token",
            Some("transaction/refund") => "refund",
            Some("transaction/refund/cancel") => "refund_cancel",
            Some("transaction/cap") => "cap",
            Some("transaction/cap/cancel") => "cap_cancel",
            Some("transaction/query") => "query",
            Some("transaction/trade-history") => "trade_history",
            None if ["/sdk/", "/sandbox/"]
                .iter()
                .any(|p| incoming.path.starts_with(p)) =>
            {
                return None;
            }
            _ => "unknown",
        };
        let body: Value = serde_json::from_slice(&incoming.body).unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let named = text(&body["order_number"]).or_else(|| text(&body["bank_transaction_id"]));
        let named = named.or_else(|| text(&body["filters"]["order_number"]));
        let record = text(&body["rec_trade_id"]).or(text(&body["filters"]["rec_trade_id"]));
        let reference = named.or_else(|| {
            sandbox.state.change(|tx| {
                if let Some(record) = &record {
                    return money::by_transaction::<Value>(tx, NAME, record)
                        .map(|trade| trade.reference);
                }
                let bank = text(&body["filters"]["bank_transaction_id"])?;
                tx.get::<String>(trade::BANK_IDS, &bank).or(Some(bank))
            })
        });
        Description::new(call, reference.unwrap_or_default())
    }

    /// - `refuse` {code, message}: the call is refused so.
    /// - `decline` {bank_result_code, bank_result_msg}: the card is declined (10003).
    /// - `redirect`: the payment goes through a 3-D Secure page although none was asked for.
    /// - `duplicate_reference`: a fresh `bank_transaction_id` is called used.
    /// - `record_delay` {seconds}: the record shows the payment only so much later.
    fn faults(&self) -> &'static [&'static str] {
        &[
            "refuse",
            "decline",
            "redirect",
            "duplicate_reference",
            "record_delay",
        ]
    }

    async fn act(&self, sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused> {
        customer::act(sandbox, &act)
    }

    fn draft(&self, sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused> {
        notify::draft(sandbox, reference, kind)
    }

    fn message(&self, _sandbox: &Sandbox, delivery: &Delivery, faults: &[Fault]) -> Message {
        notify::message(delivery, faults)
    }

    fn acknowledgement(&self, _delivery: &Delivery, answer: &Answer) -> Acknowledgement {
        delivery::by_status(answer, |status| status == 200)
    }

    /// TapPay documents no schedule; ours is three more, five minutes apart.
    fn redelivery(&self, delivery: &Delivery) -> Option<TimeDelta> {
        const MOST: usize = 4;
        (delivery.attempts.len() < MOST).then(|| TimeDelta::minutes(5))
    }

    async fn timer(&self, sandbox: &Arc<Sandbox>, kind: &str, key: &str) {
        if kind == capture::DELAYED {
            capture::delayed(sandbox, key);
        }
    }
}
