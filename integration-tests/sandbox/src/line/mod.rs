//! LINE Login v2.1: authorisation page, token endpoint with PKCE, and id tokens signed with HS256.

mod authorize;
mod token;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Router,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    act::{Act, Outcome, Refused},
    clock::Instant,
    fields::Fields,
    incoming::Incoming,
    pages,
    sandbox::Sandbox,
    system::{Description, System},
};

pub const NAME: &str = "line";
/// Requests for authorisation by their states.
const REQUESTS: &str = "line.request";
/// Codes that were given out.
const CODES: &str = "line.code";

/// People who have an account in LINE.
const PEOPLE: [(&str, &str); 3] = [
    ("U00000000000000000000000000000a01", "小明"),
    ("U00000000000000000000000000000a02", "小美"),
    ("U00000000000000000000000000000a03", "阿華"),
];

pub struct Line;

/// What an application asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Authorisation {
    client_id: String,
    redirect_uri: String,
    state: String,
    nonce: String,
    challenge: String,
}

/// A code that a person's browser carries back.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Granted {
    authorisation: Authorisation,
    user: String,
    name: String,
    at: Instant,
}

#[async_trait]
impl System for Line {
    fn name(&self) -> &'static str {
        NAME
    }

    fn merchants(&self) -> Vec<(&'static str, Value)> {
        let channel = |secret, name| json!({ "secret": secret, "name": name });
        vec![
            (
                "2006000001",
                channel("5f4dcc3b5aa765d61d8327deb882cf99", "茶飲 LINE 登入"),
            ),
            (
                "2006000002",
                channel("7c6a180b36896a0a8c02787eeafb0e4c", "測試 LINE 登入"),
            ),
        ]
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        Router::new()
            .route("/oauth2/v2.1/authorize", get(authorize::page))
            .route("/oauth2/v2.1/token", post(token::exchange))
            .merge(pages::routes(NAME))
    }

    fn describe(&self, sandbox: &Sandbox, incoming: &Incoming) -> Option<Description> {
        match incoming.path.as_str() {
            "/oauth2/v2.1/authorize" => {
                let query = Fields::parse(incoming.query.as_bytes());
                Description::new("authorize", query.text("state"))
            }
            "/oauth2/v2.1/token" => {
                let form = incoming.form();
                let granted: Option<Granted> = sandbox.state.get(CODES, form.text("code"));
                let state = granted.map(|granted| granted.authorisation.state);
                Description::new("token", state.unwrap_or_default())
            }
            path if path.starts_with("/sandbox/") => None,
            _ => Description::new("unknown", ""),
        }
    }

    /// - `other_secret`: the id token is signed with another secret.
    /// - `claims` {claim: value}: the id token says so.
    fn faults(&self) -> &'static [&'static str] {
        &["other_secret", "claims"]
    }

    async fn act(&self, sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused> {
        authorize::act(sandbox, &act)
    }
}
