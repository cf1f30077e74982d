//! What JKOPAY sends: the question before charging, and the result. Neither is signed.

use chrono::TimeDelta;
use http::Method;
use serde_json::{Value, json};

use super::{
    NAME,
    trade::{self, Trade, local},
};
use crate::{
    act::Refused,
    delivery::{self, Acknowledgement, Answer, Delivery, Draft, Message},
    fault::Fault,
    payments::tamper,
    sandbox::Sandbox,
};

pub const CONFIRM: &str = "confirm";
pub const RESULT: &str = "result";
const MOST_RETRIES: usize = 12;

/// The transaction as the result and the inquiry show it.
pub fn transaction(trade: &Trade) -> Value {
    let coins = trade.details.coins;
    let at = trade.charge.as_ref().map(|charge| local(charge.at));
    json!({
        "platform_order_id": trade.reference,
        "status": if trade.details.failed { "100" } else { "0" },
        "tradeNo": trade.transaction,
        "trans_time": at,
        "currency": trade.currency,
        "final_price": trade.amount.to_string(),
        "redeem_amount": coins.to_string(),
        "debit_amount": (trade.amount - coins).to_string(),
        "redeem_detail": redeem_detail(coins),
        "channel_type": "account",
        "invoice_vehicle": "/ABC+123",
        "maskNo": "",
    })
}

pub fn redeem_detail(coins: i64) -> Value {
    json!({
        "jko_coin_amount": coins.to_string(),
        "official_coupon_amount": "0",
        "store_coupon_amount": "0",
    })
}

/// A message of `kind` to the address that the entry gave for it.
pub fn draft_of(trade: &Trade, kind: &str) -> Option<Draft> {
    let url = trade.details.entry[format!("{kind}_url")].as_str()?;
    let payload = if kind == CONFIRM {
        json!({ "platform_order_id": trade.reference })
    } else {
        json!({ "transaction": transaction(trade) })
    };
    Some(Draft {
        system: NAME.to_owned(),
        kind: kind.to_owned(),
        merchant: trade.merchant.clone(),
        reference: trade.reference.clone(),
        url: url.to_owned(),
        payload,
    })
}

pub fn draft(sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused> {
    let trade = sandbox
        .state
        .change(|tx| trade::by_reference(tx, reference));
    let trade = trade.ok_or_else(|| Refused::new(format!("no payment {reference:?}")))?;
    draft_of(&trade, kind).ok_or_else(|| Refused::new(format!("no callback {kind:?}")))
}

pub fn message(delivery: &Delivery, faults: &[Fault]) -> Message {
    let mut body = delivery.draft.payload.clone();
    // Without a signature there is no before and after.
    tamper::merge(&mut body, faults, "set");
    tamper::merge(&mut body, faults, "alter");
    Message {
        method: Method::POST,
        url: delivery.draft.url.clone(),
        content_type: "application/json",
        headers: Vec::new(),
        body: body.to_string(),
        genuine: true,
    }
}

/// A result is acknowledged by 200; the question by 200 and `{"valid":…}`.
pub fn acknowledgement(delivery: &Delivery, answer: &Answer) -> Acknowledgement {
    if delivery.draft.kind == CONFIRM && answer.status == Some(200) && valid(answer).is_none() {
        return Acknowledgement::Wrong(format!("{:?} instead of {{\"valid\":…}}", answer.body));
    }
    delivery::by_status(answer, |status| status == 200)
}

pub fn valid(answer: &Answer) -> Option<bool> {
    let body: Value = serde_json::from_str(&answer.body).ok()?;
    body["valid"].as_bool()
}

/// After 2, 4, 8 … seconds, twelve times.
pub fn redelivery(delivery: &Delivery) -> Option<TimeDelta> {
    let retry = delivery.attempts.len();
    (retry <= MOST_RETRIES).then(|| TimeDelta::seconds(1 << retry))
}
