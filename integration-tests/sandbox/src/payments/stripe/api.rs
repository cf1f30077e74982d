//! What all calls share: the key, idempotency, errors.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use chrono::TimeDelta;
use http::{HeaderValue, Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{NAME, trade::Account};
use crate::{
    clock::Instant, fault::Fault, fields::Fields, incoming::Call, sandbox::merchants,
    state::Transaction,
};

const KEYS: &str = "stripe.idempotency";
const LONGEST_KEY: usize = 255;
const KEY_LASTS: TimeDelta = TimeDelta::hours(24);

/// An error answer; `rule` where the platform has broken one.
pub struct Refusal {
    pub status: u16,
    pub error: Map<String, Value>,
    pub rule: Option<&'static str>,
}

impl Refusal {
    pub fn new(status: u16, kind: &str, code: &str, message: &str) -> Self {
        let mut error = Map::new();
        for (name, value) in [("type", kind), ("code", code), ("message", message)] {
            if !value.is_empty() {
                error.insert(name.to_owned(), json!(value));
            }
        }
        Self {
            status,
            error,
            rule: None,
        }
    }

    /// An invalid request, which is the platform's fault.
    pub fn ours(rule: &'static str, code: &str, message: &str) -> Self {
        Self {
            rule: Some(rule),
            ..Self::new(400, "invalid_request_error", code, message)
        }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.error.insert(name.to_owned(), value);
        self
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    at: Instant,
    fingerprint: String,
    /// None while the call is under way.
    answer: Option<(u16, Value)>,
}

/// What the key of a call leads to.
enum Known {
    Nothing,
    Answer(u16, Value),
    Refusal(Refusal),
}

/// Runs `work` once for the call's account and idempotency key.
pub async fn answer(
    call: &Call,
    work: impl FnOnce(&mut Transaction<'_>, &Account, &Fields) -> Result<Value, Refusal>,
) -> Response {
    let checked = call.sandbox.state.change(|tx| check(call, tx));
    let (account, key) = match checked {
        Ok(checked) => checked,
        Err(refusal) => return refuse(call, refusal),
    };
    match call
        .sandbox
        .state
        .change(|tx| known(call, tx, &account, &key))
    {
        Known::Nothing => {}
        Known::Answer(status, body) => {
            let mut response = respond(status, body);
            let replayed = HeaderValue::from_static("true");
            response
                .headers_mut()
                .insert("idempotent-replayed", replayed);
            return response;
        }
        Known::Refusal(refusal) => return refuse(call, refusal),
    }
    if let Some(fault) = call.fault("slow_call") {
        call.sandbox
            .state
            .change(|tx| keep(call, tx, &account, &key, None));
        fault.wait(&call.sandbox.clock).await;
    }
    let (rule, status, body) = call.sandbox.state.change(|tx| {
        let error = call.fault_in(tx, "error");
        let result = match &error {
            Some(fault) if !fault.commit => Err(armed(fault)),
            _ => work(tx, &account, &form(call)),
        };
        let result = match &error {
            Some(fault) => Err(armed(fault)),
            None => result,
        };
        let (rule, status, body) = match result {
            Ok(body) => (None, 200, body),
            Err(Refusal {
                status,
                error,
                rule,
            }) => (rule, status, json!({ "error": error })),
        };
        keep(call, tx, &account, &key, Some((status, body.clone())));
        (rule, status, body)
    });
    if let Some(rule) = rule {
        call.violation(rule, body["error"]["message"].as_str().unwrap_or_default());
    }
    respond(status, body)
}

fn armed(fault: &Fault) -> Refusal {
    let status = fault
        .number("status")
        .and_then(|status| u16::try_from(status).ok());
    let kind = fault.text("type").unwrap_or("api_error");
    let message = fault.text("message").unwrap_or("An unknown error occurred");
    Refusal::new(
        status.unwrap_or(500),
        kind,
        fault.text("code").unwrap_or(""),
        message,
    )
}

/// The parameters: of the body, or of the query.
fn form(call: &Call) -> Fields {
    if call.incoming.method == Method::GET {
        return Fields::parse(call.incoming.query.as_bytes());
    }
    call.incoming.form()
}

fn check(call: &Call, tx: &mut Transaction<'_>) -> Result<(Account, String), Refusal> {
    let incoming = &call.incoming;
    let secret = incoming
        .header("authorization")
        .strip_prefix("Bearer ")
        .unwrap_or_default();
    let accounts = tx.keyed::<Account>(&merchants(NAME)).into_iter();
    let mut accounts = accounts.map(|(id, account)| Account { id, ..account });
    let account = accounts.find(|account| account.secret_key == secret);
    let account = account.ok_or_else(|| Refusal {
        rule: Some("secret key"),
        ..Refusal::new(401, "invalid_request_error", "", "Invalid API Key provided")
    })?;
    if call.fault_in(tx, "rate_limit").is_some() {
        let message = "Too many requests hit the API too quickly.";
        return Err(Refusal::new(
            429,
            "invalid_request_error",
            "rate_limit",
            message,
        ));
    }
    if incoming.header("stripe-version").is_empty() {
        return Err(Refusal::ours("version", "", "Stripe-Version is not pinned"));
    }
    if incoming.method == Method::GET {
        return Ok((account, String::new()));
    }
    if !incoming.body.is_empty() && incoming.content_type() != "application/x-www-form-urlencoded" {
        return Err(Refusal::ours("content type", "", "not form-encoded"));
    }
    let key = incoming.header("idempotency-key");
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(Refusal::ours(
            "idempotency key",
            "",
            "missing or longer than 255",
        ));
    }
    Ok((account, key.to_owned()))
}

fn fingerprint(call: &Call) -> String {
    let body = String::from_utf8_lossy(&call.incoming.body);
    format!("{}?{body}", call.incoming.path)
}

fn known(call: &Call, tx: &Transaction<'_>, account: &Account, key: &str) -> Known {
    let kept = tx.get::<Kept>(KEYS, &format!("{}/{key}", account.id));
    let now = call.sandbox.clock.now();
    let Some(kept) = kept.filter(|kept| !key.is_empty() && now - kept.at < KEY_LASTS) else {
        return Known::Nothing;
    };
    if kept.fingerprint != fingerprint(call) {
        let message = "Keys for idempotent requests can only be used with the same parameters.";
        return Known::Refusal(Refusal {
            rule: Some("idempotency key"),
            ..Refusal::new(400, "idempotency_error", "", message)
        });
    }
    match kept.answer {
        Some((status, body)) => Known::Answer(status, body),
        None => {
            let message = "There is currently another in-progress request using this key.";
            let kind = "idempotency_error";
            Known::Refusal(Refusal::new(409, kind, "idempotency_key_in_use", message))
        }
    }
}

fn keep(
    call: &Call,
    tx: &mut Transaction<'_>,
    account: &Account,
    key: &str,
    answer: Option<(u16, Value)>,
) {
    if key.is_empty() {
        return;
    }
    let kept = Kept {
        at: call.sandbox.clock.now(),
        fingerprint: fingerprint(call),
        answer,
    };
    tx.put(KEYS, &format!("{}/{key}", account.id), &kept);
}

fn refuse(call: &Call, refusal: Refusal) -> Response {
    let body = json!({ "error": refusal.error });
    if let Some(rule) = refusal.rule {
        call.violation(rule, body["error"]["message"].as_str().unwrap_or_default());
    }
    respond(refusal.status, body)
}

pub fn respond(status: u16, body: Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(body)).into_response()
}
