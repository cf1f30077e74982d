//! The control API: clock, faults, what the person does, and the record of what happened.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
    routing::{get, post, put},
};
use chrono::TimeDelta;
use http::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    act::{Act, Outcome, Refused},
    clock::Instant,
    delivery::{self, Attempt, DELIVERIES, Delivery, Draft, Progress},
    fault::{self, FAULTS, Fault},
    money,
    record::{self, REQUESTS, VIOLATIONS, Violation},
    sandbox::{Sandbox, merchants},
    scheduler,
    system::System,
};

type Context = State<Arc<Sandbox>>;
type Answer<T> = Result<Json<T>, Refused>;

pub fn router(sandbox: &Arc<Sandbox>) -> Router {
    let mut router = Router::new()
        .route("/", get(addresses))
        .route("/clock", get(clock).post(move_clock))
        .route("/settle", post(settle))
        .route("/faults", get(faults).post(arm).delete(disarm))
        .route("/requests", get(requests))
        .route("/violations", get(violations).delete(forget_violations))
        .route("/deliveries", get(deliveries).post(compose))
        .route("/deliveries/{id}/send", post(send))
        .route("/money", get(money_report))
        .route("/{system}/act", post(act))
        .route("/{system}/merchants/{id}", put(put_merchant));
    for system in sandbox.systems() {
        router = router.nest(&format!("/{}", system.name()), system.control());
    }
    router.with_state(sandbox.clone())
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Filter {
    system: String,
    reference: String,
    call: String,
}

impl Filter {
    fn accepts(&self, system: &str, reference: &str) -> bool {
        (self.system.is_empty() || self.system == system)
            && (self.reference.is_empty() || self.reference == reference)
    }
}

async fn addresses(State(sandbox): Context) -> Json<Value> {
    Json(json!(sandbox.addresses))
}

async fn clock(State(sandbox): Context) -> Json<Value> {
    Json(json!({ "now": sandbox.clock.now() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum MoveClock {
    Set(Instant),
    AdvanceSeconds(i64),
}

/// Moves the clock and answers when everything due on the way is done.
async fn move_clock(State(sandbox): Context, Json(body): Json<MoveClock>) -> Json<Value> {
    let target = match body {
        MoveClock::Set(instant) => instant,
        MoveClock::AdvanceSeconds(seconds) => sandbox.clock.now() + TimeDelta::seconds(seconds),
    };
    if target < sandbox.clock.now() {
        sandbox.set_clock(target);
    } else {
        scheduler::advance(&sandbox, target).await;
    }
    clock(State(sandbox)).await
}

/// Answers when nothing that is due now is left.
async fn settle(State(sandbox): Context) -> Json<Value> {
    let settled = scheduler::settled(&sandbox).await;
    Json(json!({ "settled": settled }))
}

async fn faults(State(sandbox): Context) -> Json<Vec<Fault>> {
    Json(sandbox.state.list(FAULTS))
}

async fn arm(State(sandbox): Context, Json(body): Json<Fault>) -> Answer<Fault> {
    fault::arm(&sandbox, body).map(Json)
}

async fn disarm(State(sandbox): Context) -> StatusCode {
    sandbox.state.change(|tx| {
        for fault in tx.list::<Fault>(FAULTS) {
            tx.delete(FAULTS, &fault.id);
        }
    });
    StatusCode::NO_CONTENT
}

async fn requests(
    State(sandbox): Context,
    Query(filter): Query<Filter>,
) -> Json<Vec<record::Request>> {
    Json(list(&sandbox, REQUESTS, |request: &record::Request| {
        filter.accepts(&request.system, &request.reference)
            && (filter.call.is_empty() || filter.call == request.call)
    }))
}

async fn violations(State(sandbox): Context, Query(filter): Query<Filter>) -> Json<Vec<Violation>> {
    Json(list(&sandbox, VIOLATIONS, |violation: &Violation| {
        filter.accepts(&violation.system, &violation.reference)
    }))
}

async fn forget_violations(State(sandbox): Context) -> StatusCode {
    sandbox.state.change(|tx| {
        while let Some(key) = tx.first_key(VIOLATIONS) {
            tx.delete(VIOLATIONS, &key);
        }
    });
    StatusCode::NO_CONTENT
}

async fn deliveries(State(sandbox): Context, Query(filter): Query<Filter>) -> Json<Vec<Delivery>> {
    Json(list(&sandbox, DELIVERIES, |delivery: &Delivery| {
        filter.accepts(&delivery.draft.system, &delivery.draft.reference)
            && (filter.call.is_empty() || filter.call == delivery.draft.kind)
    }))
}

fn list<T: DeserializeOwned>(
    sandbox: &Sandbox,
    collection: &str,
    accepted: impl Fn(&T) -> bool,
) -> Vec<T> {
    let mut all = sandbox.state.list(collection);
    all.retain(accepted);
    all
}

/// How often a callback is sent at once, and what is wrong with it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Sending {
    times: u64,
    parallel: bool,
    faults: Vec<Tampering>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tampering {
    fault: String,
    #[serde(default)]
    value: Value,
}

impl Sending {
    fn faults(&self, draft: &Draft) -> Vec<Fault> {
        let faults = self.faults.iter().map(|tampering| Fault {
            id: String::new(),
            system: draft.system.clone(),
            fault: tampering.fault.clone(),
            call: Some(fault::CALLBACK.to_owned()),
            reference: None,
            times: 1,
            commit: false,
            value: tampering.value.clone(),
        });
        faults.collect()
    }

    async fn send(&self, sandbox: &Arc<Sandbox>, id: &str) -> Answer<Vec<Attempt>> {
        let delivery: Delivery = (sandbox.state.get(DELIVERIES, id))
            .ok_or_else(|| Refused::new(format!("no delivery {id}")))?;
        let faults = self.faults(&delivery.draft);
        let attempts = delivery::send(sandbox, id, &faults, self.times, self.parallel);
        Ok(Json(attempts.await))
    }
}

#[derive(Deserialize)]
struct Compose {
    system: String,
    reference: String,
    kind: String,
    /// Where to, instead of the address given for this kind.
    url: Option<String>,
    #[serde(flatten)]
    sending: Sending,
}

/// Sends a callback now, whether the payment's state calls for it or not.
async fn compose(State(sandbox): Context, Json(body): Json<Compose>) -> Answer<Vec<Attempt>> {
    let system = find(&sandbox, &body.system)?;
    let mut draft = system.draft(&sandbox, &body.reference, &body.kind)?;
    if let Some(url) = body.url {
        draft.url = url;
    }
    let now = sandbox.clock.now();
    let id = sandbox
        .state
        .change(|tx| delivery::insert(tx, now, draft, Progress::Held));
    body.sending.send(&sandbox, &id).await
}

async fn send(
    State(sandbox): Context,
    Path(id): Path<String>,
    Json(body): Json<Sending>,
) -> Answer<Vec<Attempt>> {
    body.send(&sandbox, &id).await
}

async fn money_report(State(sandbox): Context, Query(filter): Query<Filter>) -> Json<Value> {
    let Filter {
        system, reference, ..
    } = filter;
    let report = |tx: &mut crate::state::Transaction<'_>| money::report(tx, &system, &reference);
    Json(sandbox.state.change(report))
}

async fn act(
    State(sandbox): Context,
    Path(system): Path<String>,
    Json(body): Json<Act>,
) -> Answer<Outcome> {
    let system = find(&sandbox, &system)?.clone();
    system.act(&sandbox, body).await.map(Json)
}

/// Adds a merchant with its keys, or changes one.
async fn put_merchant(
    State(sandbox): Context,
    Path((system, id)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Response {
    if let Err(refused) = find(&sandbox, &system) {
        return refused.into_response();
    }
    sandbox
        .state
        .change(|tx| tx.put(&merchants(&system), &id, &body));
    StatusCode::NO_CONTENT.into_response()
}

fn find<'a>(sandbox: &'a Sandbox, name: &str) -> Result<&'a Arc<dyn System>, Refused> {
    sandbox
        .system(name)
        .ok_or_else(|| Refused::new(format!("no system {name:?}")))
}
