//! What Stripe's test vectors expect.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::{
    money::units_of_one,
    sign::{signature, verify},
};
use crate::wire::json_text;

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
            // Stripe's libraries take zero as no limit.
            let tolerance = match number("toleranceSeconds") {
                Some(0) => TimeDelta::MAX,
                seconds => TimeDelta::try_seconds(seconds.unwrap_or(300))?,
            };
            let (secret, header) = (text("secret")?, text("header")?);
            let body = text("rawBody")?.as_bytes();
            let verified = verify(std::iter::once(secret), header, body, now, tolerance);
            Some(json!({ "valid": verified.is_ok() }))
        }
        "amount_to_minor_units" => {
            let currency = text("currency")?.to_ascii_uppercase();
            let amount = in_units(
                &json_text(inputs.get("majorAmount")?)?,
                units_of_one(&currency),
            )?;
            Some(json!({ "amount": amount }))
        }
        _ => None,
    }
}

/// A decimal number times `units`, a power of ten; `None` when that is not whole.
fn in_units(decimal: &str, units: i64) -> Option<i64> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let fraction = fraction.trim_end_matches('0');
    let scale = 10_i64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let digits: i64 = format!("{whole}{fraction}").parse().ok()?;
    let scaled = digits.checked_mul(units)?;
    (scaled % scale == 0).then(|| scaled / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_whole_units_or_nothing() {
        for (decimal, units, expected) in [
            ("165", 100, Some(16_500)),
            ("165", 1, Some(165)),
            ("12.50", 100, Some(1_250)),
            ("12.0", 1, Some(12)),
            ("12.5", 1, None),
            ("0.001", 100, None),
            ("x", 100, None),
        ] {
            assert_eq!(in_units(decimal, units), expected, "{decimal}");
        }
    }
}
