//! The digest of a request, and the check of both headers.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use serde_json::Value;
use sha2::Sha256;

use super::{
    NAME,
    trade::{Refusal, Store},
};
use crate::{incoming::Call, sandbox::merchants, state::Transaction};

pub fn digest(secret: &str, message: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let mut mac = mac.expect("HMAC takes a key of any length");
    mac.update(message);
    hex::encode(mac.finalize().into_bytes())
}

/// The store whose key and digest the call carries.
pub fn store(call: &Call, tx: &Transaction<'_>) -> Result<Store, Refusal> {
    let incoming = &call.incoming;
    let key = incoming.header("api-key");
    let stores: Vec<Store> = tx.list(&merchants(NAME));
    let store = stores.into_iter().find(|store| store.api_key == key);
    let store = store.ok_or_else(|| Refusal::ours("200", "API-KEY", "unknown API-KEY"))?;
    let message = if incoming.method == Method::GET {
        incoming.query.as_bytes()
    } else {
        incoming.body.as_ref()
    };
    if digest(&store.secret_key, message) != incoming.header("digest") {
        return Err(Refusal::ours("200", "DIGEST", "DIGEST does not fit"));
    }
    Ok(store)
}

/// The JSON body of a signed POST.
pub fn body(call: &Call) -> Result<Value, Refusal> {
    if call.incoming.content_type() != "application/json" {
        return Err(Refusal::ours("200", "content type", "not application/json"));
    }
    let body = serde_json::from_slice(&call.incoming.body);
    body.map_err(|_| Refusal::ours("200", "JSON", "not JSON"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_examples_come_out() {
        assert_eq!(
            super::digest("QxN1X", b"platform_order_ids=87,88"),
            "a0836fefb028ea7493118c8b5eb6752113f552ac8ef35f3cb8cda91808c77188"
        );
        let body = br#"{"platform_order_id": 87, "refund_amount": 100}"#;
        assert_eq!(
            super::digest("QxN1X", body),
            "80b9967b29287605e4ef10b45668792f9d5235777ab305bb72217078dec3205a"
        );
    }
}
