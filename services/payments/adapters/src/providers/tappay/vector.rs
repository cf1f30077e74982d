//! What TapPay's test vectors expect: a call's method, address, headers and body.

use serde_json::{Value, json};
use url::Url;

use super::request::call;

pub(crate) fn vector(kind: &str, inputs: &Value) -> Option<Value> {
    let text = |name: &str| inputs.get(name).and_then(Value::as_str);
    if kind != "http_request" {
        return None;
    }
    let base = match text("environment")? {
        "sandbox" => "https://sandbox.tappaysdk.com",
        "production" => "https://prod.tappaysdk.com",
        _ => return None,
    };
    let key = text("partnerKey")?;
    let arguments = inputs.get("args")?.as_object()?.clone();
    let name = match text("call")? {
        "record" => "query",
        "capture" => "cap",
        name => name,
    };
    let call = call(&Url::parse(base).ok()?, name, key, arguments)?;
    Some(json!({
        "method": "POST",
        "url": call.url.as_str(),
        "headers": { "x-api-key": key, "content-type": "application/json" },
        "body": call.body,
    }))
}
