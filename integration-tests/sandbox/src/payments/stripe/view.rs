//! Intents and charges as JSON.

use serde_json::{Value, json};

use super::trade::{Status, Trade};

pub fn intent(trade: &Trade, base_url: &str, expand_charge: bool) -> Value {
    let details = &trade.details;
    let charge = trade.charge.as_ref();
    let received = charge
        .filter(|charge| charge.captured)
        .map_or(0, |charge| charge.amount);
    let capturable = (details.status == Status::RequiresCapture).then_some(trade.amount);
    let latest_charge = match (charge, expand_charge) {
        (None, _) => Value::Null,
        (Some(_), true) => self::charge(trade),
        (Some(_), false) => json!(details.charge_id),
    };
    let next_action = (details.status == Status::RequiresAction).then(|| {
        json!({
            "type": "redirect_to_url",
            "redirect_to_url": {
                "url": format!("{base_url}/sandbox/pay/{}", trade.transaction),
                "return_url": details.return_url,
            },
        })
    });
    json!({
        "id": trade.transaction,
        "object": "payment_intent",
        "amount": trade.amount,
        "amount_capturable": capturable.unwrap_or(0),
        "amount_received": received,
        "capture_method": if details.manual_capture { "manual" } else { "automatic" },
        "client_secret": details.client_secret,
        "created": trade.created.timestamp(),
        "currency": trade.currency,
        "latest_charge": latest_charge,
        "livemode": false,
        "metadata": details.metadata,
        "next_action": next_action,
        "payment_method": (!details.last_four.is_empty()).then(|| format!("pm_{}", trade.transaction)),
        "payment_method_types": ["card"],
        "status": details.status,
        "last_payment_error": details.last_error,
        "cancellation_reason": details.cancellation_reason,
    })
}

pub fn charge(trade: &Trade) -> Value {
    let details = &trade.details;
    let taken = trade.charge.as_ref();
    let captured = taken
        .filter(|charge| charge.captured)
        .map_or(0, |charge| charge.amount);
    json!({
        "id": details.charge_id,
        "object": "charge",
        "amount": trade.amount,
        "amount_captured": captured,
        "amount_refunded": trade.refunded(),
        "captured": captured > 0,
        "refunded": captured > 0 && trade.left() == 0,
        "paid": true,
        "status": "succeeded",
        "payment_intent": trade.transaction,
        "currency": trade.currency,
        "metadata": details.metadata,
        "created": taken.map(|charge| charge.at.timestamp()),
        "livemode": false,
        "payment_method_details": {
            "type": "card", "card": { "brand": "visa", "last4": details.last_four },
        },
    })
}
