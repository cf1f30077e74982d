//! What a system implements to be part of the sandbox.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use chrono::TimeDelta;
use serde_json::Value;

use crate::{
    act::{Act, Outcome, Refused},
    delivery::{Acknowledgement, Answer, Delivery, Draft, Message},
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

    /// A callback of `kind` about `reference`, from what is known now.
    fn draft(&self, sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused>;

    /// The callback on the wire for the next attempt.
    fn message(&self, sandbox: &Sandbox, delivery: &Delivery, faults: &[Fault]) -> Message;

    /// What the system makes of an answer to its callback.
    fn acknowledgement(&self, delivery: &Delivery, answer: &Answer) -> Acknowledgement;

    /// The wait before the next attempt; none when it gives up.
    fn redelivery(&self, delivery: &Delivery) -> Option<TimeDelta>;

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
