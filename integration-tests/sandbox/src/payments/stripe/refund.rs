//! Refunds.

use axum::{extract::Path, response::Response};
use serde_json::{Value, json};

use super::{
    api::{Refusal, answer},
    events,
    intent::{find, metadata},
};
use crate::incoming::Call;

const REFUNDS: &str = "stripe.refund";

pub async fn create(call: Call) -> Response {
    answer(&call, |tx, account, form| {
        let now = call.sandbox.clock.now();
        let mut trade = find(tx, account, form.text("payment_intent"))?;
        if trade
            .charge
            .as_ref()
            .is_none_or(|charge| !charge.captured || charge.voided)
        {
            let message = "This PaymentIntent does not have a successful charge to refund.";
            return Err(Refusal::ours("call in this state", "", message));
        }
        let left = trade.left();
        if left == 0 {
            let message = "The charge has already been refunded.";
            let kind = "invalid_request_error";
            return Err(Refusal::new(400, kind, "charge_already_refunded", message));
        }
        let amount = match form.get("amount") {
            None => left,
            Some(_) => form.number("amount").unwrap_or(0),
        };
        if amount < 1 {
            return Err(Refusal::ours(
                "amount",
                "parameter_invalid_integer",
                "amount",
            ));
        }
        if amount > left {
            let message = "Refund amount is greater than unrefunded amount on charge.";
            return Err(Refusal::new(
                400,
                "invalid_request_error",
                "amount_too_large",
                message,
            ));
        }
        let id = format!("re_sandbox{:08}", tx.next_number(REFUNDS));
        let refund = json!({
            "id": id,
            "object": "refund",
            "amount": amount,
            "charge": trade.details.charge_id,
            "created": now.timestamp(),
            "currency": trade.currency,
            "metadata": metadata(form),
            "payment_intent": trade.transaction,
            "reason": form.get("reason"),
            "status": "succeeded",
        });
        tx.put(REFUNDS, &id, &refund);
        trade.refund(id, amount, now);
        trade.save(tx);
        events::emit(tx, &trade, "charge.refunded", now);
        events::emit_object(tx, &trade, "refund.updated", refund.clone(), now);
        Ok(refund)
    })
    .await
}

pub async fn read(call: Call, Path(id): Path<String>) -> Response {
    answer(&call, |tx, account, _| {
        let refund: Option<Value> = tx.get(REFUNDS, &id);
        let refund = refund.filter(|refund| {
            let intent = refund["payment_intent"].as_str().unwrap_or_default();
            find(tx, account, intent).is_ok()
        });
        refund.ok_or_else(|| {
            Refusal::new(
                404,
                "invalid_request_error",
                "resource_missing",
                "No such refund",
            )
        })
    })
    .await
}

/// The refunds of one intent.
pub async fn list(call: Call) -> Response {
    answer(&call, |tx, account, form| {
        let trade = find(tx, account, form.text("payment_intent"))?;
        let refunds = trade.refunds.iter().rev();
        let data: Vec<Value> = refunds
            .filter_map(|refund| tx.get(REFUNDS, &refund.id))
            .collect();
        Ok(json!({ "object": "list", "url": "/v1/refunds", "has_more": false, "data": data }))
    })
    .await
}
