//! What LINE Pay's test vectors expect.

use serde_json::{Value, json};

use super::sign::signature;
use crate::json::exact_at;

pub(crate) fn vector(kind: &str, inputs: &Value) -> Option<Value> {
    let text = |name: &str| inputs.get(name).and_then(Value::as_str);
    match kind {
        "request_signature" => {
            let payload = text("rawBody")
                .or_else(|| text("rawQuery"))
                .unwrap_or_default();
            let signature = signature(
                text("channelSecret")?,
                text("path")?,
                payload.as_bytes(),
                text("nonce")?,
            );
            Some(json!({ "X-LINE-Authorization": signature }))
        }
        "bigint_json" => {
            let number = exact_at(text("rawBody")?, text("pointer")?)?;
            Some(json!({ "asString": number }))
        }
        _ => None,
    }
}
