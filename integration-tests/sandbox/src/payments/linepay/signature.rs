//! The signature of requests, and the checks of their headers.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use sha2::Sha256;

use super::{
    NAME,
    trade::{Merchant, Refusal},
};
use crate::{incoming::Call, sandbox::merchants, state::Transaction};

const NONCES: &str = "linepay.nonce";

pub fn sign(secret: &str, path: &str, payload: &str, nonce: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let mut mac = mac.expect("HMAC takes a key of any length");
    mac.update(format!("{secret}{path}{payload}{nonce}").as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

/// The channel that sent `call`, when headers, nonce and signature are right.
pub fn channel(call: &Call, tx: &mut Transaction<'_>) -> Result<(String, Merchant), Refusal> {
    let incoming = &call.incoming;
    let wrong = |detail: &str| Refusal::ours("1106", "header or signature", detail);
    let channel = incoming.header("x-line-channelid");
    let merchant: Option<Merchant> = tx.get(&merchants(NAME), channel);
    let merchant = merchant.ok_or_else(|| wrong("unknown X-LINE-ChannelId"))?;
    if incoming.content_type() != "application/json" {
        return Err(wrong("Content-Type is not application/json"));
    }
    let nonce = incoming.header("x-line-authorization-nonce");
    if nonce.is_empty() {
        return Err(wrong("no nonce"));
    }
    let payload = if incoming.method == Method::GET {
        incoming.query.clone()
    } else {
        String::from_utf8_lossy(&incoming.body).into_owned()
    };
    let expected = sign(&merchant.channel_secret, &incoming.path, &payload, nonce);
    if expected != incoming.header("x-line-authorization") {
        return Err(wrong("X-LINE-Authorization does not fit"));
    }
    if tx.get::<bool>(NONCES, nonce).is_some() {
        return Err(wrong("the nonce was used before"));
    }
    tx.put(NONCES, nonce, &true);
    Ok((channel.to_owned(), merchant))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_examples_come_out() {
        let secret = "a917ab6a2367b536f8e5a6e2977e06f4";
        let signed = super::sign(
            secret,
            "/v3/payments/2023042201206549310/confirm",
            r#"{"amount":165,"currency":"TWD"}"#,
            "0f8fad5b-d9cb-469f-a165-70867728950e",
        );
        assert_eq!(signed, "SdcxLlSFkq9wk/N1oXPzpYmXzqEDbHqlCPj3Fd+VLdY=");
        let signed = super::sign(
            secret,
            "/v3/payments",
            "transactionId=2023042201206549310&orderId=YZM20260115A00001",
            "7d1b2f6e-0a3c-4f58-9e77-1c2d3e4f5a6b",
        );
        assert_eq!(signed, "HDzJb5SUw3hWQS9ORClxrI0vigJRt3WSsE1Y3ZLikZg=");
    }
}
