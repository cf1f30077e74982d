//! ECPay's kinds of test vectors.

use serde_json::{Value, json};

use super::check_mac_value;
use crate::wire::json_text;

/// What a test vector expects.
pub(crate) fn vector(kind: &str, inputs: &Value) -> Option<Value> {
    // 0 is MD5, which AIO no longer takes.
    if inputs
        .get("encryptType")
        .is_some_and(|value| value != 1 && value != "1")
    {
        return None;
    }
    let (key, iv) = (inputs["hashKey"].as_str()?, inputs["hashIV"].as_str()?);
    let params: Vec<(String, String)> = inputs["params"]
        .as_object()?
        .iter()
        .map(|(name, value)| Some((name.clone(), json_text(value)?)))
        .collect::<Option<_>>()?;
    let fields: Vec<_> = params
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    match kind {
        "check_mac_value" => {
            Some(json!({ "CheckMacValue": check_mac_value::sign(fields, key, iv) }))
        }
        "verify_callback" => Some(json!({ "valid": check_mac_value::verify(fields, key, iv) })),
        _ => None,
    }
}
