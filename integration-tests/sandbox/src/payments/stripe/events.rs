//! Events and their signed delivery.

use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    NAME,
    trade::{self, Account, Trade},
    view,
};
use crate::{
    act::Refused,
    clock::Instant,
    delivery::{self, Delivery, Draft, Message},
    fault::Fault,
    payments::tamper,
    sandbox::{Sandbox, merchants},
    state::Transaction,
};

const API_VERSION: &str = "2025-09-30.clover";
const OTHER_SECRET: &str = "whsec_of_another_account";

/// Plans the event `kind` about the intent, or about its charge.
pub fn emit(tx: &mut Transaction<'_>, trade: &Trade, kind: &str, now: Instant) {
    emit_object(tx, trade, kind, object(trade, kind), now);
}

pub fn emit_object(
    tx: &mut Transaction<'_>,
    trade: &Trade,
    kind: &str,
    object: Value,
    now: Instant,
) {
    let account: Option<Account> = tx.get(&merchants(NAME), &trade.merchant);
    let url = account
        .map(|account| account.webhook_url)
        .unwrap_or_default();
    if !url.is_empty() {
        let draft = event(tx, trade, kind, object, url, now);
        delivery::schedule(tx, now, draft, TimeDelta::zero());
    }
}

fn object(trade: &Trade, kind: &str) -> Value {
    if kind.starts_with("charge.") {
        view::charge(trade)
    } else {
        view::intent(trade, "", false)
    }
}

fn event(
    tx: &mut Transaction<'_>,
    trade: &Trade,
    kind: &str,
    object: Value,
    url: String,
    now: Instant,
) -> Draft {
    let id = format!("evt_sandbox{:08}", tx.next_number("stripe.event"));
    Draft {
        system: NAME.to_owned(),
        kind: kind.to_owned(),
        merchant: trade.merchant.clone(),
        reference: trade.reference.clone(),
        url,
        payload: json!({
            "id": id,
            "object": "event",
            "api_version": API_VERSION,
            "created": now.timestamp(),
            "livemode": false,
            "type": kind,
            "data": { "object": object },
        }),
    }
}

pub fn draft(sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused> {
    let now = sandbox.clock.now();
    sandbox.state.change(|tx| {
        let trade = trade::by_reference(tx, reference)
            .ok_or_else(|| Refused::new(format!("no intent of {reference:?}")))?;
        let account: Option<Account> = tx.get(&merchants(NAME), &trade.merchant);
        let url = account
            .map(|account| account.webhook_url)
            .unwrap_or_default();
        Ok(event(tx, &trade, kind, object(&trade, kind), url, now))
    })
}

pub fn message(sandbox: &Sandbox, delivery: &Delivery, faults: &[Fault]) -> Message {
    let draft = &delivery.draft;
    let mut event = draft.payload.clone();
    tamper::merge(&mut event, faults, "set");
    let account = |tx: &mut Transaction<'_>| tx.get::<Account>(&merchants(NAME), &draft.merchant);
    let account = sandbox.state.change(account);
    let mut secrets = account
        .map(|account| account.webhook_secrets)
        .unwrap_or_default();
    let mut genuine = true;
    if tamper::has(faults, "foreign_key") {
        secrets = vec![OTHER_SECRET.to_owned()];
        genuine = false;
    }
    if tamper::has(faults, "two_secrets") {
        secrets.insert(0, OTHER_SECRET.to_owned());
    }
    let age = faults.iter().find(|fault| fault.fault == "old_timestamp");
    let age = age.map_or(0, |fault| fault.value["seconds"].as_i64().unwrap_or(301));
    genuine &= age <= 300;
    let time = sandbox.clock.now().timestamp() - age;
    let signed = event.to_string();
    let header = signature(&secrets, time, &signed);
    let body = if tamper::merge(&mut event, faults, "alter") {
        genuine = false;
        event.to_string()
    } else {
        signed
    };
    let header = if tamper::has(faults, "bad_signature") {
        genuine = false;
        tamper::flip_last_digit(&header)
    } else {
        header
    };
    Message {
        method: Method::POST,
        url: draft.url.clone(),
        content_type: "application/json; charset=utf-8",
        headers: vec![("stripe-signature".to_owned(), header)],
        body,
        genuine,
    }
}

/// The header: the time, and one `v1` for each secret.
pub fn signature(secrets: &[String], time: i64, body: &str) -> String {
    let mut header = format!("t={time}");
    for secret in secrets {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
        let mut mac = mac.expect("HMAC takes a key of any length");
        mac.update(format!("{time}.{body}").as_bytes());
        header += &format!(",v1={}", hex::encode(mac.finalize().into_bytes()));
    }
    header
}
