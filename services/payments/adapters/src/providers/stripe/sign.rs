//! `Stripe-Signature` (Stripe, "Verify webhook signatures manually").

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Rejection, mac::hmac_sha256, wire::same};

/// How old a message may be.
pub(super) const TOLERANCE: TimeDelta = TimeDelta::seconds(300);

/// The `v1` signature of a body at a time, in seconds.
pub(super) fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let parts: &[&[u8]] = &[timestamp.as_bytes(), b".", body];
    hex::encode(hmac_sha256(secret.as_bytes(), parts))
}

/// Verifies a header by any of the secrets; during a rotation either side may have two. The age is
/// judged after the signature, as the time is a part of what is signed.
pub(super) fn verify<'a>(
    secrets: impl Iterator<Item = &'a str>,
    header: &str,
    body: &[u8],
    now: DateTime<Utc>,
    tolerance: TimeDelta,
) -> Result<(), Rejection> {
    let mut timestamp = None;
    let mut signatures = Vec::new();
    for (scheme, value) in header.split(',').filter_map(|part| part.split_once('=')) {
        match scheme {
            "t" => timestamp = Some(value),
            "v1" => signatures.push(value),
            _ => {}
        }
    }
    let timestamp = timestamp
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .ok_or(Rejection::Signature)?;
    let mut matches = false;
    for secret in secrets.filter(|secret| !secret.is_empty()) {
        let expected = signature(secret, timestamp, body);
        for found in &signatures {
            matches |= same(&expected, found);
        }
    }
    if !matches {
        return Err(Rejection::Signature);
    }
    let sent_at = timestamp
        .parse()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or(Rejection::Stale)?;
    // Whole seconds, as the header has no more.
    if now.timestamp() - sent_at.timestamp() > tolerance.num_seconds() {
        return Err(Rejection::Stale);
    }
    Ok(())
}
