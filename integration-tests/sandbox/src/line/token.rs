//! The token endpoint.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{CODES, Granted, NAME};
use crate::{incoming::Call, sandbox::merchants};

const CODE_LASTS: TimeDelta = TimeDelta::minutes(10);

pub async fn exchange(call: Call) -> Response {
    let form = call.incoming.form();
    let code = form.text("code");
    let channel: Option<Value> = call
        .sandbox
        .state
        .get(&merchants(NAME), form.text("client_id"));
    let secret = channel
        .as_ref()
        .and_then(|channel| channel["secret"].as_str());
    if secret.is_none() || secret != form.get("client_secret") {
        call.violation("client", form.text("client_id"));
        return refused("invalid_client", "client_id or client_secret is wrong");
    }
    if form.text("grant_type") != "authorization_code" {
        call.violation("grant_type", form.text("grant_type"));
        return refused("unsupported_grant_type", "grant_type");
    }
    // A code is used once, whatever becomes of it.
    let granted: Option<Granted> = call.sandbox.state.change(|tx| {
        let granted = tx.get(CODES, code);
        tx.delete(CODES, code);
        granted
    });
    let now = call.sandbox.clock.now();
    let granted = granted.filter(|granted| now - granted.at < CODE_LASTS);
    let Some(granted) = granted else {
        return refused("invalid_grant", "invalid authorization code");
    };
    let asked = &granted.authorisation;
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(form.text("code_verifier")));
    for (rule, right) in [
        ("client_id", asked.client_id == form.text("client_id")),
        (
            "redirect_uri",
            asked.redirect_uri == form.text("redirect_uri"),
        ),
        ("code_verifier", asked.challenge == challenge),
    ] {
        if !right {
            call.violation(rule, "differs from the authorisation");
            return refused("invalid_grant", rule);
        }
    }
    let mut claims = json!({
        "iss": "https://access.line.me",
        "sub": granted.user,
        "aud": asked.client_id,
        "exp": (now + TimeDelta::hours(1)).timestamp(),
        "iat": now.timestamp(),
        "nonce": asked.nonce,
        "amr": ["linesso"],
        "name": granted.name,
    });
    if let Some(fault) = call.fault("claims")
        && let Value::Object(changes) = fault.value
    {
        for (name, value) in changes {
            claims[name] = value;
        }
    }
    let key = match call.fault("other_secret") {
        Some(_) => "another secret",
        None => secret.unwrap_or_default(),
    };
    let number = call.sandbox.state.change(|tx| tx.next_number("line.token"));
    Json(json!({
        "access_token": format!("sandbox-access-{number}"),
        "expires_in": 2_592_000,
        "id_token": sign(&claims, key),
        "refresh_token": format!("sandbox-refresh-{number}"),
        "scope": "openid profile",
        "token_type": "Bearer",
    }))
    .into_response()
}

fn refused(error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

fn sign(claims: &Value, key: &str) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "typ": "JWT", "alg": "HS256" });
    let signed = format!("{}.{}", part(&header), part(claims));
    let mut mac =
        <Hmac<Sha256>>::new_from_slice(key.as_bytes()).expect("a key may have any length");
    mac.update(signed.as_bytes());
    let signature = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{signed}.{signature}")
}
