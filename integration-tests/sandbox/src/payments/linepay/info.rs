//! Details of payments, and the state of a request.

use axum::{Json, extract::Path};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    NAME,
    trade::{
        AUTHORISATION_LASTS, Details, Progress, Refusal, Trade, answer, lapsed, number,
        of_transaction, utc,
    },
};
use crate::{clock::Instant, fields::Fields, incoming::Call, money};

const MOST_IDS: usize = 100;
/// A little less than the documented second, for the way of the calls.
const POLL_INTERVAL: TimeDelta = TimeDelta::milliseconds(900);

pub async fn details(call: Call) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx, channel, merchant| {
        let query = Fields::parse(call.incoming.query.as_bytes());
        let ids = |name: &str| -> Vec<String> {
            let all = query.iter().filter(|(field, _)| *field == name);
            all.flat_map(|(_, value)| value.split(',').map(str::to_owned))
                .collect()
        };
        let (transactions, orders) = (ids("transactionId"), ids("orderId"));
        if transactions.len() + orders.len() > MOST_IDS {
            return Err(Refusal::ours("1177", "fields", "more than 100 ids"));
        }
        let mut found: Vec<Trade> = Vec::new();
        for id in &transactions {
            found.extend(money::by_transaction::<Details>(tx, NAME, id));
        }
        for id in &orders {
            found.extend(money::find::<Details>(tx, NAME, channel, id));
        }
        found.retain(|trade| trade.merchant == channel && trade.paid());
        found.dedup_by(|one, other| one.transaction == other.transaction);
        if found.is_empty() {
            return Err(Refusal::new("1150", "Transaction record not found."));
        }
        Ok(found
            .iter()
            .map(|trade| info(trade, &merchant.shop, now))
            .collect())
    })
}

fn info(trade: &Trade, shop: &str, now: Instant) -> Value {
    let Some(charge) = &trade.charge else {
        return Value::Null;
    };
    let status = match (charge.captured, charge.voided) {
        (_, true) => "VOIDED_AUTHORIZATION",
        (true, _) => "CAPTURE",
        _ if now - charge.at > AUTHORISATION_LASTS => "EXPIRED_AUTHORIZATION",
        _ => "AUTHORIZATION",
    };
    let mut info = json!({
        "transactionId": number(trade),
        "orderId": trade.reference,
        "transactionDate": utc(charge.at),
        "transactionType": "PAYMENT",
        "payStatus": status,
        "productName": trade.details.request["packages"][0]["products"][0]["name"],
        "merchantName": shop,
        "currency": trade.currency,
        "payInfo": [{ "method": "CREDIT_CARD", "amount": charge.amount }],
    });
    if !charge.captured {
        info["authorizationExpireDate"] = json!(utc(charge.at + AUTHORISATION_LASTS));
    }
    if !trade.refunds.is_empty() {
        info["refundList"] = trade
            .refunds
            .iter()
            .map(|refund| {
                let whole = refund.amount == charge.amount;
                json!({
                    "refundTransactionId": refund.id.parse::<u64>().unwrap_or_default(),
                    "transactionType": if whole { "PAYMENT_REFUND" } else { "PARTIAL_REFUND" },
                    "refundAmount": -refund.amount,
                    "refundTransactionDate": utc(refund.at),
                })
            })
            .collect();
    }
    info
}

pub async fn check(call: Call, Path(transaction): Path<String>) -> Json<Value> {
    let now = call.sandbox.clock.now();
    let mut too_fast = false;
    let response = answer(&call, |tx, channel, _| {
        let mut trade = of_transaction(tx, channel, &transaction)?;
        let last = trade.details.checked_at.replace(now);
        too_fast = last.is_some_and(|last| now >= last && now - last < POLL_INTERVAL);
        trade.save(tx);
        let (code, message) = match trade.details.progress {
            _ if lapsed(&trade, now) => ("0121", "The customer has cancelled or it timed out."),
            Progress::Reserved => ("0000", "Success."),
            Progress::Authenticated => ("0110", "The customer has authenticated."),
            Progress::Cancelled => ("0121", "The customer has cancelled or it timed out."),
            Progress::Failed => ("0122", "Payment failed."),
            Progress::Confirmed => ("0123", "Payment completed."),
        };
        Ok(json!({ "returnCode": code, "returnMessage": message }))
    });
    if too_fast {
        call.violation("poll interval", "check calls less than a second apart");
    }
    response
}
