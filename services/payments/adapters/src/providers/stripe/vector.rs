//! What Stripe's test vectors expect.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::{
    money::units_of_one,
    sign::{signature, verify},
};

pub(crate) fn vector(kind: &str, inputs: &Value) -> Option<Value> {
    let text = |name: &str| inputs.get(name).and_then(Value::as_str);
    let number = |name: &str| inputs.get(name).and_then(Value::as_i64);
    match kind {
        "webhook_signature" => {
            let timestamp = number("timestamp")?.to_string();
            let body = text("rawBody")?.as_bytes();
            let signature = signature(text("secret")?, &timestamp, body);
            Some(json!({ "Stripe-Signature": format!("t={timestamp},v1={signature}") }))
        }
        "webhook_verify" => {
            let now = DateTime::from_timestamp(number("now")?, 0)?;
            let tolerance = TimeDelta::try_seconds(number("toleranceSeconds").unwrap_or(300))?;
            let (secret, header) = (text("secret")?, text("header")?);
            let body = text("rawBody")?.as_bytes();
            let verified = verify(std::iter::once(secret), header, body, now, tolerance);
            Some(json!({ "valid": verified.is_ok() }))
        }
        "amount_to_minor_units" => {
            let currency = text("currency")?.to_ascii_uppercase();
            let amount = number("majorAmount")?.checked_mul(units_of_one(&currency))?;
            Some(json!({ "amount": amount }))
        }
        _ => None,
    }
}
