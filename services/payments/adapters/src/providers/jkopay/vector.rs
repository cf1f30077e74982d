//! What JKOPAY's test vectors expect.

use serde_json::{Value, json};

use super::digest::digest;

pub(crate) fn vector(kind: &str, inputs: &Value) -> Option<Value> {
    let text = |name: &str| inputs.get(name).and_then(Value::as_str);
    if kind != "digest" {
        return None;
    }
    let payload = text("rawBody").or_else(|| text("rawQuery"))?;
    Some(json!({ "DIGEST": digest(text("secretKey")?, payload.as_bytes()) }))
}
