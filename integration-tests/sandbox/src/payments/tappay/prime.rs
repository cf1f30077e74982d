//! Primes: what stands for a card, drawn up by the script on the shop's page.

use std::sync::Arc;

use axum::{
    Form, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use http::{
    HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    NAME,
    trade::{Merchant, Refusal},
};
use crate::{
    clock::Instant,
    sandbox::{Sandbox, merchants},
    state::Transaction,
};

/// TapPay's own prime for calls without a page; it can be used again.
const PUBLIC: &str = "test_3a2fb2b7e892b914a03c95dd4dd5dc7970c908df67a49527c0a648b2bc9";
const PRIMES: &str = "tappay.prime";
const LIFE: TimeDelta = TimeDelta::seconds(90);
const SCRIPT: &str = include_str!("tpdirect.js");

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prime {
    pub last_four: String,
    pub created: Instant,
    pub used: bool,
}

/// The script that stands in for TapPay's; it sends the card to the host it came from.
pub async fn script() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)
}

#[derive(Deserialize)]
pub struct Card {
    app_id: String,
    app_key: String,
    number: String,
    expiry: String,
    ccv: String,
}

/// Gives a prime for a card; only the last four digits are kept.
pub async fn issue(State(sandbox): State<Arc<Sandbox>>, Form(card): Form<Card>) -> Response {
    let now = sandbox.clock.now();
    let digits: String = card.number.chars().filter(char::is_ascii_digit).collect();
    let expiry: String = card.expiry.chars().filter(char::is_ascii_digit).collect();
    let answer = sandbox.state.change(|tx| {
        let known: Vec<Merchant> = tx.list(&merchants(NAME));
        let app = known
            .iter()
            .any(|m| m.app_id == card.app_id && m.app_key == card.app_key);
        if !app {
            return json!({ "status": 84, "msg": "app_id or app_key error" });
        }
        if !(13..=19).contains(&digits.len()) || expiry.len() != 4 || card.ccv.len() < 3 {
            return json!({ "status": 41, "msg": "Invalid card" });
        }
        let number = tx.next_number(PRIMES);
        let prime = format!("sandbox_{number:056}");
        let last_four = digits[digits.len() - 4..].to_owned();
        let document = Prime {
            last_four: last_four.clone(),
            created: now,
            used: false,
        };
        tx.put(PRIMES, &prime, &document);
        json!({
            "status": 0, "msg": "Success", "prime": prime,
            "lastfour": last_four, "bincode": digits[..6].to_owned(),
        })
    });
    let mut response = Json(answer).into_response();
    let any = HeaderValue::from_static("*");
    response
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, any);
    response
}

/// Uses `prime` up and says the last four digits of its card.
pub fn spend(tx: &mut Transaction<'_>, prime: &str, now: Instant) -> Result<String, Refusal> {
    if prime == PUBLIC {
        return Ok("4242".to_owned());
    }
    let known: Option<Prime> = tx.get(PRIMES, prime);
    let mut known = known.ok_or_else(|| Refusal::new(121, "Prime is invalid"))?;
    if known.used {
        return Err(Refusal::ours(
            121,
            "single use",
            "the prime was used before",
        ));
    }
    if now - known.created > LIFE {
        return Err(Refusal::new(91, "Prime has expired"));
    }
    known.used = true;
    tx.put(PRIMES, prime, &known);
    Ok(known.last_four)
}
