//! Faults: armed through the control API, used up by calls and callbacks.

use axum::{body::Body, response::Response};
use chrono::TimeDelta;
use http::{StatusCode, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{act::Refused, clock::Clock, sandbox::Sandbox, state::Transaction};

pub const FAULTS: &str = "fault";
/// The `call` of faults that concern what the system sends by itself.
pub const CALLBACK: &str = "callback";

/// Faults of the connection, the same for every call of every system.
const CONNECTION: &[&str] = &["slow", "hang", "reset", "status", "html", "empty", "raw"];
/// Faults of callbacks that every system has. `set` changes fields before signing, `alter` after.
const DELIVERY: &[&str] = &[
    "never",
    "late",
    "duplicate",
    "ack_lost",
    "set",
    "alter",
    "bad_signature",
    "foreign_key",
];

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(default)]
    pub id: String,
    pub system: String,
    pub fault: String,
    /// Only this call of the protocol, or this kind of callback; `callback` for all of them.
    pub call: Option<String>,
    /// Only this merchant reference.
    pub reference: Option<String>,
    /// How many calls it affects.
    #[serde(default = "once")]
    pub times: u32,
    /// Whether the call takes effect before the connection fails.
    #[serde(default)]
    pub commit: bool,
    #[serde(default)]
    pub value: Value,
}

fn once() -> u32 {
    1
}

impl Fault {
    pub fn connection(&self) -> bool {
        CONNECTION.contains(&self.fault.as_str())
    }

    fn concerns(&self, subject: &Subject<'_>) -> bool {
        self.system == subject.system
            && match &self.call {
                Some(wanted) => subject.calls.contains(&wanted.as_str()),
                None => !subject.calls.contains(&CALLBACK),
            }
            && (self.reference.as_deref()).is_none_or(|wanted| wanted == subject.reference)
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.value.get(name)?.as_u64()
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.value.get(name)?.as_str()
    }

    /// Waits for the fault's `seconds` on the sandbox's clock.
    pub async fn wait(&self, clock: &Clock) {
        let seconds = self.value["seconds"].as_i64().unwrap_or(1);
        clock.sleep(TimeDelta::seconds(seconds)).await;
    }

    /// Lets the call fail as armed; `response` is what it would have been answered.
    pub async fn play(
        &self,
        clock: &Clock,
        response: Option<Response>,
        reset: &CancellationToken,
    ) -> Response {
        match self.fault.as_str() {
            "slow" => {
                self.wait(clock).await;
                response.unwrap_or_default()
            }
            "hang" => std::future::pending().await,
            "reset" => {
                reset.cancel();
                std::future::pending().await
            }
            "html" => {
                let page = "<!DOCTYPE html><html><body><h1>Service Unavailable</h1></body></html>";
                answer(self.number("status").unwrap_or(200), "text/html", page)
            }
            "empty" => answer(200, "text/plain", ""),
            _ => {
                let status = self.number("status").unwrap_or(503);
                let content_type = self.text("content_type").unwrap_or("text/plain");
                let body = self.text("body").unwrap_or("");
                answer(status, content_type, body)
            }
        }
    }
}

fn answer(status: u64, content_type: &str, body: &str) -> Response {
    let status = u16::try_from(status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, content_type)
        .body(Body::from(body.to_owned()))
        .unwrap_or_default()
}

/// Arms `fault`; a word that its system does not know is refused.
pub fn arm(sandbox: &Sandbox, mut fault: Fault) -> Result<Fault, Refused> {
    let system = sandbox
        .system(&fault.system)
        .ok_or_else(|| Refused::new(format!("no system {:?}", fault.system)))?;
    let of_callbacks = [DELIVERY, system.callback_faults()].concat();
    let known = [CONNECTION, system.faults(), of_callbacks.as_slice()].concat();
    let word = fault.fault.as_str();
    if !known.contains(&word) {
        return Err(Refused::new(format!("no fault {word:?}; known: {known:?}")));
    }
    if of_callbacks.contains(&word) && fault.call.is_none() {
        fault.call = Some(CALLBACK.to_owned());
    }
    sandbox.state.change(|tx| {
        fault.id = format!("{:08}", tx.next_number(FAULTS));
        tx.put(FAULTS, &fault.id, &fault);
    });
    Ok(fault)
}

/// A call or callback that a fault may concern.
pub struct Subject<'a> {
    pub system: &'a str,
    /// The names by which a fault may mean it.
    pub calls: &'a [&'a str],
    pub reference: &'a str,
}

/// Uses up one call of the first armed fault that concerns `subject` and that `wanted` accepts.
pub fn take(
    tx: &mut Transaction<'_>,
    subject: &Subject<'_>,
    wanted: impl Fn(&Fault) -> bool,
) -> Option<Fault> {
    let fault = tx.find::<Fault>(FAULTS, |fault| fault.concerns(subject) && wanted(fault))?;
    if fault.times <= 1 {
        tx.delete(FAULTS, &fault.id);
    } else {
        let left = Fault {
            times: fault.times - 1,
            ..fault.clone()
        };
        tx.put(FAULTS, &left.id, &left);
    }
    Some(fault)
}
