//! `X-LINE-Authorization` (LINE Pay Online API, "Signature"): HMAC-SHA256 over secret, path, payload
//! and nonce, as Base64.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::mac::hmac_sha256;

/// Signs a request. `payload` is the body's exact bytes, or of a GET the query as sent without `?`.
pub(super) fn signature(secret: &str, path: &str, payload: &[u8], nonce: &str) -> String {
    let secret = secret.as_bytes();
    STANDARD.encode(hmac_sha256(
        secret,
        &[secret, path.as_bytes(), payload, nonce.as_bytes()],
    ))
}
