//! The member's card: a text that staff scans, signed and good for five minutes.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chassis::{
    error::Problem,
    id::{MemberId, OrganisationId},
};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use crate::app::Dependencies;

const VALID: TimeDelta = TimeDelta::minutes(5);
const PREFIX: &str = "YZM1.";
const BODY_BYTES: usize = 16 + 8;
const SIGNATURE_BYTES: usize = 16;

/// A new text for a member's card, and when it ends.
pub fn write(
    deps: &Dependencies,
    org: OrganisationId,
    member: MemberId,
) -> Result<(String, DateTime<Utc>), Problem> {
    let ends = deps.clock.now() + VALID;
    let mut card = member.as_uuid().as_bytes().to_vec();
    card.extend(ends.timestamp().to_be_bytes());
    let signature = sign(deps.sign_in.key()?, org, &card)
        .finalize()
        .into_bytes();
    card.extend(&signature[..SIGNATURE_BYTES]);
    let text = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(card));
    Ok((text, ends))
}

/// The member of a card's text; none when it is not ours, of another organisation, or over.
pub fn read(
    deps: &Dependencies,
    org: OrganisationId,
    text: &str,
) -> Result<Option<MemberId>, Problem> {
    let key = deps.sign_in.key()?;
    let encoded = text.trim().strip_prefix(PREFIX);
    let card = encoded.and_then(|encoded| BASE64_URL_SAFE_NO_PAD.decode(encoded).ok());
    let Some(card) = card.filter(|card| card.len() == BODY_BYTES + SIGNATURE_BYTES) else {
        return Ok(None);
    };
    let (body, signature) = card.split_at(BODY_BYTES);
    let is_ours = sign(key, org, body)
        .verify_truncated_left(signature)
        .is_ok();
    let (member, ends) = body.split_at(16);
    let (Ok(member), Ok(ends)) = (Uuid::from_slice(member), <[u8; 8]>::try_from(ends)) else {
        return Ok(None);
    };
    let lives = i64::from_be_bytes(ends) > deps.clock.now().timestamp();
    Ok((is_ours && lives).then(|| MemberId::from_uuid(member)))
}

fn sign(key: &[u8; 32], org: OrganisationId, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256>>::new_from_slice(key).expect("a key may have any length");
    mac.update(b"member card\n");
    mac.update(org.as_uuid().as_bytes());
    mac.update(body);
    mac
}
