//! Callbacks: what a system sends by itself, until it is acknowledged or gives up.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures::future::join_all;
use http::{Method, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    clock::Instant,
    fault::{self, CALLBACK, Fault, Subject},
    record::{self, Violation},
    sandbox::Sandbox,
    scheduler::{DELIVER, Timer},
    state::Transaction,
    system::System,
};

pub const DELIVERIES: &str = "delivery";
const MOST_COPIES: u64 = 64;

/// What is to be sent, before signing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft {
    pub system: String,
    pub kind: String,
    pub merchant: String,
    pub reference: String,
    pub url: String,
    pub payload: Value,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delivery {
    pub id: String,
    pub at: Instant,
    #[serde(flatten)]
    pub draft: Draft,
    pub state: Progress,
    pub attempts: Vec<Attempt>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    Waiting,
    Acknowledged,
    GivenUp,
    /// Sent by the control API alone.
    Held,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attempt {
    pub at: Instant,
    pub sent: String,
    pub answer: Answer,
    pub acknowledged: bool,
}

/// How the platform answered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answer {
    /// None when no whole answer came.
    pub status: Option<u16>,
    pub content_type: String,
    pub body: String,
    /// The body's bytes.
    pub hex: String,
    pub error: Option<String>,
}

/// A callback on the wire.
#[derive(Debug, Clone)]
pub struct Message {
    pub method: Method,
    pub url: String,
    pub content_type: &'static str,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Whether the receiver may accept it: signed, and with the right key.
    pub genuine: bool,
}

pub enum Acknowledgement {
    Accepted,
    /// Not accepted, in a way the protocol knows.
    Refused,
    /// Neither: a fault of the platform.
    Wrong(String),
}

/// Stores a callback to be sent after `delay`, unless a fault says otherwise.
pub fn schedule(tx: &mut Transaction<'_>, now: Instant, draft: Draft, delay: TimeDelta) -> String {
    let fault = take(tx, &draft, planned);
    let late = fault
        .as_ref()
        .map_or(0, |fault| fault.number("seconds").unwrap_or(0));
    let never = fault.is_some_and(|fault| fault.fault == "never");
    let state = if never {
        Progress::Held
    } else {
        Progress::Waiting
    };
    let id = insert(tx, now, draft, state);
    if !never {
        let late = TimeDelta::seconds(i64::try_from(late).unwrap_or(i64::MAX / 1_000_000));
        set_timer(tx, now + delay + late, &id);
    }
    id
}

/// Stores a callback that only the control API sends.
pub fn insert(tx: &mut Transaction<'_>, now: Instant, draft: Draft, state: Progress) -> String {
    let id = format!("{:08}", tx.next_number(DELIVERIES));
    let delivery = Delivery {
        id: id.clone(),
        at: now,
        draft,
        state,
        attempts: Vec::new(),
    };
    tx.put(DELIVERIES, &id, &delivery);
    id
}

fn set_timer(tx: &mut Transaction<'_>, due: Instant, id: &str) {
    Timer {
        due,
        system: String::new(),
        kind: DELIVER.to_owned(),
        key: id.to_owned(),
    }
    .set(tx);
}

/// The next attempt of the delivery `id`, and what follows from its answer.
pub async fn attempt(sandbox: &Arc<Sandbox>, id: &str) {
    let Some(delivery) = sandbox.state.get::<Delivery>(DELIVERIES, id) else {
        return;
    };
    let Some(system) = sandbox.system(&delivery.draft.system).cloned() else {
        return;
    };
    let faults = take_faults(sandbox, &delivery.draft);
    let copies = faults.iter().find(|fault| fault.fault == "duplicate");
    let (times, parallel) = copies.map_or((1, false), |fault| {
        let parallel = fault.value.get("parallel").and_then(Value::as_bool);
        (
            fault.number("times").unwrap_or(2),
            parallel.unwrap_or(false),
        )
    });
    send(sandbox, id, &faults, times, parallel).await;
    let lost = faults.iter().any(|fault| fault.fault == "ack_lost");
    sandbox.state.change(|tx| {
        let Some(mut delivery) = tx.get::<Delivery>(DELIVERIES, id) else {
            return;
        };
        if !lost && delivery.attempts.iter().any(|attempt| attempt.acknowledged) {
            delivery.state = Progress::Acknowledged;
        } else if let Some(wait) = system.redelivery(&delivery) {
            set_timer(tx, sandbox.clock.now() + wait, id);
        } else {
            delivery.state = Progress::GivenUp;
        }
        tx.put(DELIVERIES, id, &delivery);
    });
}

/// Sends the delivery `id` so many times, records each attempt and returns them.
pub async fn send(
    sandbox: &Arc<Sandbox>,
    id: &str,
    faults: &[Fault],
    times: u64,
    parallel: bool,
) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    let times = times.clamp(1, MOST_COPIES);
    let (rounds, width) = if parallel { (1, times) } else { (times, 1) };
    for _ in 0..rounds {
        let sending = (0..width).map(|_| send_once(sandbox, id, faults));
        attempts.extend(join_all(sending).await.into_iter().flatten());
    }
    attempts
}

async fn send_once(sandbox: &Arc<Sandbox>, id: &str, faults: &[Fault]) -> Option<Attempt> {
    let delivery = sandbox.state.get::<Delivery>(DELIVERIES, id)?;
    let system = sandbox.system(&delivery.draft.system)?;
    let message = system.message(sandbox, &delivery, faults);
    let answer = post(sandbox, &message).await;
    let acknowledged = judge(sandbox, system.as_ref(), &delivery, &message, &answer);
    let attempt = Attempt {
        at: sandbox.clock.now(),
        sent: message.body,
        answer,
        acknowledged,
    };
    sandbox.state.change(|tx| {
        if let Some(mut delivery) = tx.get::<Delivery>(DELIVERIES, id) {
            delivery.attempts.push(attempt.clone());
            tx.put(DELIVERIES, id, &delivery);
        }
    });
    Some(attempt)
}

fn take_faults(sandbox: &Sandbox, draft: &Draft) -> Vec<Fault> {
    let mut taken: Vec<Fault> = Vec::new();
    sandbox.state.change(|tx| {
        while let Some(fault) = take(tx, draft, |fault| {
            !planned(fault) && taken.iter().all(|other| other.id != fault.id)
        }) {
            taken.push(fault);
        }
    });
    taken
}

/// Whether the fault is about when a callback is first sent.
fn planned(fault: &Fault) -> bool {
    matches!(fault.fault.as_str(), "never" | "late")
}

fn take(tx: &mut Transaction<'_>, draft: &Draft, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
    let subject = Subject {
        system: &draft.system,
        calls: &[CALLBACK, &draft.kind],
        reference: &draft.reference,
    };
    fault::take(tx, &subject, wanted)
}

/// Whether the answer acknowledges; an answer against the protocol is a violation.
fn judge(
    sandbox: &Sandbox,
    system: &dyn System,
    delivery: &Delivery,
    message: &Message,
    answer: &Answer,
) -> bool {
    let (acknowledged, violation) = match system.acknowledgement(delivery, answer) {
        Acknowledgement::Accepted if !message.genuine => (
            true,
            Some(("forged callback", "it was acknowledged".to_owned())),
        ),
        Acknowledgement::Accepted => (true, None),
        Acknowledgement::Refused => (false, None),
        Acknowledgement::Wrong(detail) => (false, Some(("acknowledgement", detail))),
    };
    if let Some((rule, detail)) = violation {
        sandbox.state.change(|tx| {
            record::violation(
                tx,
                &Violation {
                    at: sandbox.clock.now(),
                    system: delivery.draft.system.clone(),
                    reference: delivery.draft.reference.clone(),
                    subject: format!("delivery {}", delivery.id),
                    rule: rule.to_owned(),
                    detail,
                },
            );
        });
    }
    acknowledged
}

/// Sends `message` and reads the whole answer within the providers' usual ten seconds.
pub async fn post(sandbox: &Sandbox, message: &Message) -> Answer {
    const LIMIT: Duration = Duration::from_secs(10);
    let mut request = sandbox
        .http
        .request(message.method.clone(), &message.url)
        .timeout(LIMIT)
        .body(message.body.clone());
    if !message.content_type.is_empty() {
        request = request.header(CONTENT_TYPE, message.content_type);
    }
    for (name, value) in &message.headers {
        request = request.header(name, value);
    }
    let failed = |error: reqwest::Error| Answer {
        error: Some(error.without_url().to_string()),
        ..Answer::default()
    };
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return failed(error),
    };
    let status = response.status().as_u16();
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let content_type = content_type.to_owned();
    match response.bytes().await {
        Ok(body) => Answer {
            status: Some(status),
            content_type,
            body: record::text(&body),
            hex: hex::encode(&body[..body.len().min(64)]),
            error: None,
        },
        Err(error) => failed(error),
    }
}

/// The rule of the systems that ignore the body: a status that is neither accepted nor an error is wrong.
pub fn by_status(answer: &Answer, accepted: impl Fn(u16) -> bool) -> Acknowledgement {
    match answer.status {
        Some(status) if accepted(status) => Acknowledgement::Accepted,
        Some(status @ 200..=399) => Acknowledgement::Wrong(format!("status {status}")),
        _ => Acknowledgement::Refused,
    }
}
