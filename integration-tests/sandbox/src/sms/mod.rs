//! An SMS gateway: `POST /messages` with a bearer token and `{"to", "text", "reference"}` takes a text; a reference
//! that was taken before is not sent again. `/` shows what was sent.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    act::{Act, Outcome, Refused},
    clock::{self, Instant},
    incoming::{Call, Incoming},
    pages,
    sandbox::{Sandbox, merchants},
    system::{Description, System},
};

pub const NAME: &str = "sms";
const MESSAGES: &str = "sms.message";
const BAND: &str = "模擬簡訊，不會送出";
const SHOWN: usize = 50;
const LONGEST_TEXT: usize = 335;

pub struct Sms;

/// A text that was taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Message {
    number: u64,
    at: Instant,
    to: String,
    text: String,
    reference: String,
}

#[async_trait]
impl System for Sms {
    fn name(&self) -> &'static str {
        NAME
    }

    fn merchants(&self) -> Vec<(&'static str, Value)> {
        vec![("sandbox", json!({ "token": "sandbox-sms-token" }))]
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        Router::new()
            .route("/", get(page))
            .route("/messages", post(take))
    }

    fn control(&self) -> Router<Arc<Sandbox>> {
        Router::new().route("/messages", get(list))
    }

    fn describe(&self, _sandbox: &Sandbox, incoming: &Incoming) -> Option<Description> {
        match incoming.path.as_str() {
            "/" => None,
            "/messages" => {
                let body: Value = serde_json::from_slice(&incoming.body).unwrap_or_default();
                let to = body["to"].as_str().unwrap_or_default();
                Description::new("message", to)
            }
            _ => Description::new("unknown", ""),
        }
    }

    fn faults(&self) -> &'static [&'static str] {
        &[]
    }

    async fn act(&self, _sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused> {
        Err(Refused::new(format!("no action {:?}", act.action)))
    }
}

async fn take(call: Call) -> Response {
    let channels: Vec<Value> = call.sandbox.state.list(&merchants(NAME));
    let given = call.incoming.header("authorization");
    let is_known = |channel: &Value| {
        let token = channel["token"].as_str().unwrap_or_default();
        given.strip_prefix("Bearer ") == Some(token)
    };
    if !channels.iter().any(is_known) {
        call.violation("token", "unknown");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let body: Value = serde_json::from_slice(&call.incoming.body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (to, message, reference) = (text("to"), text("text"), text("reference"));
    let is_phone = to.len() == 13 && to.starts_with("+8869");
    if !is_phone || message.is_empty() || message.chars().count() > LONGEST_TEXT {
        call.violation("message", "to or text");
        return StatusCode::BAD_REQUEST.into_response();
    }
    let at = call.sandbox.clock.now();
    let number = call.sandbox.state.change(|tx| {
        let same = |known: &Message| !reference.is_empty() && known.reference == reference;
        if let Some(known) = tx.find::<Message>(MESSAGES, same) {
            return known.number;
        }
        let number = tx.next_number(MESSAGES);
        let taken = Message {
            number,
            at,
            to,
            text: message,
            reference: reference.clone(),
        };
        tx.put(MESSAGES, &format!("{number:08}"), &taken);
        number
    });
    (StatusCode::ACCEPTED, Json(json!({ "id": number }))).into_response()
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filter {
    to: String,
}

/// Texts that were taken, newest first.
async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    Query(filter): Query<Filter>,
) -> Json<Vec<Message>> {
    Json(newest(&sandbox, &filter.to))
}

fn newest(sandbox: &Sandbox, to: &str) -> Vec<Message> {
    let mut messages: Vec<Message> = sandbox.state.list(MESSAGES);
    messages.retain(|message| to.is_empty() || message.to == to);
    messages.reverse();
    messages
}

async fn page(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let mut body = String::from("<h1>簡訊</h1>");
    for message in newest(&sandbox, "").iter().take(SHOWN) {
        body += &format!(
            "<dl><dt>{}</dt><dd>{}</dd><dt></dt><dd>{}</dd></dl>",
            clock::taipei(message.at).format("%H:%M:%S"),
            pages::escape(&message.to),
            pages::escape(&message.text)
        );
    }
    pages::titled(StatusCode::OK, "模擬簡訊", BAND, &body)
}
