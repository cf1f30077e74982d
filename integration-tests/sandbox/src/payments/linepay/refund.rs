//! Refunds: the whole rest, or a part.

use axum::{Json, extract::Path};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::trade::{Refusal, answer, of_transaction, utc};
use crate::incoming::Call;

const WINDOW: TimeDelta = TimeDelta::days(60);
const FIRST_REFUND: u64 = 2_026_011_590_000_000_000;

pub async fn refund(call: Call, Path(transaction): Path<String>) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx, channel, _| {
        let mut trade = of_transaction(tx, channel, &transaction)?;
        let body: Value = match call.incoming.body.as_ref() {
            b"" => json!({}),
            bytes => serde_json::from_slice(bytes)
                .map_err(|_| Refusal::ours("2102", "JSON", "JSON data format error."))?,
        };
        let charge = trade.charge.clone();
        let charge = charge.ok_or_else(|| Refusal::new("1150", "no transaction"))?;
        if !charge.captured || charge.voided {
            return Err(Refusal::ours("1179", "call in this state", "not captured"));
        }
        if now - charge.at > WINDOW {
            return Err(Refusal::new("1163", "the refund period is over"));
        }
        let left = trade.left();
        if left == 0 {
            return Err(Refusal::new("1165", "already refunded"));
        }
        let amount = match &body["refundAmount"] {
            Value::Null => left,
            amount => amount.as_i64().unwrap_or(0),
        };
        if amount < 1 {
            return Err(Refusal::ours("1183", "amount", "refundAmount"));
        }
        if amount > left {
            return Err(Refusal::new("1164", "above the remaining amount"));
        }
        let id = FIRST_REFUND + tx.next_number("linepay.refund");
        trade.refund(id.to_string(), amount, now);
        trade.save(tx);
        Ok(json!({ "refundTransactionId": id, "refundTransactionDate": utc(now) }))
    })
}
