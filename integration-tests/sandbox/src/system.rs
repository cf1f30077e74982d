//! What a system implements to be part of the sandbox.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use chrono::TimeDelta;
use http::Method;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    act::{Act, Outcome, Refused},
    delivery::{self, Acknowledgement, Answer, Delivery, Draft, Message},
    fault::Fault,
    incoming::Incoming,
    sandbox::Sandbox,
};

/// A stand-in for one outside system.
#[async_trait]
pub trait System: Send + Sync + 'static {
    fn name(&self) -> &'static str;

    /// The merchants that exist from the start, with their keys.
    fn merchants(&self) -> Vec<(&'static str, Value)>;

    /// The real paths, and the pages for people.
    fn routes(&self) -> Router<Arc<Sandbox>>;

    /// Control words of its own, below `/{name}`.
    fn control(&self) -> Router<Arc<Sandbox>> {
        Router::new()
    }

    /// Which call of the protocol a request is, and about what; none for pages.
    fn describe(&self, sandbox: &Sandbox, incoming: &Incoming) -> Option<Description>;

    /// The system's own faults of calls, beside those of [`crate::fault`].
    fn faults(&self) -> &'static [&'static str];

    /// The system's own faults of callbacks.
    fn callback_faults(&self) -> &'static [&'static str] {
        &[]
    }

    /// Acts as the person on the system's side.
    async fn act(&self, sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused>;

    /// A callback of `kind` about `reference`, from what is known now. A system without callbacks has none.
    fn draft(&self, _sandbox: &Sandbox, _reference: &str, _kind: &str) -> Result<Draft, Refused> {
        Err(Refused::new(format!("{} has no callbacks", self.name())))
    }

    /// The callback on the wire for the next attempt.
    fn message(&self, _sandbox: &Sandbox, delivery: &Delivery, _faults: &[Fault]) -> Message {
        Message {
            method: Method::GET,
            url: delivery.draft.url.clone(),
            content_type: "",
            headers: Vec::new(),
            body: String::new(),
            genuine: true,
        }
    }

    /// What the system makes of an answer to its callback.
    fn acknowledgement(&self, _delivery: &Delivery, answer: &Answer) -> Acknowledgement {
        delivery::by_status(answer, |status| (200..300).contains(&status))
    }

    /// The wait before the next attempt; none when it gives up.
    fn redelivery(&self, _delivery: &Delivery) -> Option<TimeDelta> {
        None
    }

    /// What the system does by itself, beside timers, until `stop`.
    async fn run(&self, _sandbox: Arc<Sandbox>, _stop: CancellationToken) {}

    /// Does what a timer of the system is for.
    async fn timer(&self, _sandbox: &Arc<Sandbox>, _kind: &str, _key: &str) {}
}

/// What a request is.
pub struct Description {
    pub call: &'static str,
    pub reference: String,
}

impl Description {
    pub fn new(call: &'static str, reference: impl Into<String>) -> Option<Self> {
        let reference = reference.into();
        Some(Self { call, reference })
    }
}
