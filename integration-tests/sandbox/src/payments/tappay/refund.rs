//! Refunds, whole or in part, and their undoing.

use axum::Json;
use serde_json::{Value, json};

use super::trade::{Refusal, answer, of_record};
use crate::{clock::taipei, incoming::Call};

pub async fn refund(call: Call) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx, body| {
        let mut trade = of_record(tx, body)?;
        let left = trade.left();
        let Some(charge) = trade.charge.clone().filter(|charge| !charge.voided) else {
            return Err(Refusal::ours(
                502,
                "call in this state",
                "nothing to refund",
            ));
        };
        let amount = match &body["amount"] {
            Value::Null => left,
            amount => amount.as_i64().unwrap_or(0),
        };
        if amount < 1 || amount > left {
            return Err(Refusal::new(503, "refund amount out of range"));
        }
        let same_day = taipei(charge.at).date_naive() == taipei(now).date_naive();
        if !charge.captured && !same_day {
            return Err(Refusal::new(
                92,
                "void is allowed on the authorisation day only",
            ));
        }
        let id = format!("RF{:09}", tx.next_number("tappay.refund"));
        trade.refund(id.clone(), amount, now);
        trade.details.note("refund", amount, now);
        trade.save(tx);
        Ok(json!({
            "refund_id": id,
            "refund_amount": amount,
            "is_captured": charge.captured,
            "currency": trade.currency,
            "bank_result_code": "00",
            "bank_result_msg": "",
        }))
    })
}

/// Undoes the last refund.
pub async fn cancel(call: Call) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx, body| {
        let mut trade = of_record(tx, body)?;
        let Some(refund) = trade.refunds.pop() else {
            return Err(Refusal::ours(
                502,
                "call in this state",
                "no refund to undo",
            ));
        };
        trade.details.note("refund cancel", refund.amount, now);
        trade.save(tx);
        Ok(json!({ "currency": trade.currency }))
    })
}
