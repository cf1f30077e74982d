//! `DIGEST` (JKOPAY OnlinePay, "Signature"): HMAC-SHA256 in lower hex over the exact body, or over the
//! query as sent.

use crate::mac::hmac_sha256;

/// Signs a payload with the secret key as it is written; it is not decoded.
pub(super) fn digest(secret: &str, payload: &[u8]) -> String {
    hex::encode(hmac_sha256(secret.as_bytes(), &[payload]))
}
