//! NewebPay's kinds of test vectors.

use serde_json::{Value, json};

use super::crypto::Keys;
use crate::wire::json_text;

/// What a test vector expects.
pub(crate) fn vector(kind: &str, inputs: &Value) -> Option<Value> {
    let text = |name: &str| json_text(&inputs[name]);
    let (key, iv) = (text("hashKey")?, text("hashIV")?);
    let keys = Keys { key: &key, iv: &iv };
    match kind {
        "trade_info_encrypt" | "post_data_encrypt" | "ewallet_encrypt" => {
            let cipher_hex = keys.encrypt(&text("plaintext")?)?;
            let sha = keys.sha(&cipher_hex);
            Some(json!({ "cipherHex": cipher_hex, "sha": sha }))
        }
        "trade_info_decrypt" | "verify_trade_sha" => {
            let (info, sha) = (text("TradeInfo")?, text("TradeSha")?);
            let valid = keys.verify(&info, &sha);
            let plaintext = if valid { keys.decrypt(&info) } else { None };
            Some(json!({ "shaValid": valid, "plaintext": plaintext }))
        }
        "check_value" => Some(json!({
            "CheckValue": keys.check_value(
                &text("Amt")?, &text("MerchantID")?, &text("MerchantOrderNo")?,
            ),
        })),
        "check_code" => Some(json!({
            "CheckCode": keys.check_code(
                &text("Amt")?, &text("MerchantID")?, &text("MerchantOrderNo")?, &text("TradeNo")?,
            ),
        })),
        _ => None,
    }
}
