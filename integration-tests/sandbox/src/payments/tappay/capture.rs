//! Capture: at once, by a call, or after some days.

use axum::Json;
use serde_json::{Value, json};

use super::{
    NAME,
    trade::{self, Refusal, Trade, answer, of_record},
};
use crate::{
    clock::Instant, incoming::Call, sandbox::Sandbox, scheduler::Timer, state::Transaction,
};

/// Kind of the timer of a delayed capture.
pub const DELAYED: &str = "capture";

pub fn capture(trade: &mut Trade, now: Instant) {
    let amount = trade.left();
    if let Some(charge) = &mut trade.charge {
        charge.captured = true;
    }
    trade.details.note("capture", amount, now);
}

pub fn arm(tx: &mut Transaction<'_>, trade: &Trade, due: Instant) {
    Timer {
        due,
        system: NAME.to_owned(),
        kind: DELAYED.to_owned(),
        key: trade.reference.clone(),
    }
    .set(tx);
}

pub fn delayed(sandbox: &Sandbox, reference: &str) {
    let now = sandbox.clock.now();
    sandbox.state.change(|tx| {
        let trade = trade::by_reference(tx, reference);
        if let Some(mut trade) = trade.filter(open) {
            capture(&mut trade, now);
            trade.save(tx);
        }
    });
}

/// Whether it is authorised and neither captured nor given up.
fn open(trade: &Trade) -> bool {
    let charge = trade.charge.as_ref();
    charge.is_some_and(|charge| !charge.captured && !charge.voided)
}

pub async fn cap(call: Call) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx, body| {
        let mut trade = of_record(tx, body)?;
        if !open(&trade) {
            return Err(Refusal::ours(502, "call in this state", "not authorised"));
        }
        capture(&mut trade, now);
        trade.save(tx);
        Ok(json!({ "cap_millis": now.timestamp_millis() }))
    })
}

/// Undoes a capture of the same day.
pub async fn cancel(call: Call) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx, body| {
        let mut trade = of_record(tx, body)?;
        let captured = trade.charge.as_mut().filter(|charge| charge.captured);
        let Some(charge) = captured else {
            return Err(Refusal::ours(502, "call in this state", "not captured"));
        };
        charge.captured = false;
        trade.details.note("capture cancel", trade.amount, now);
        trade.save(tx);
        Ok(json!({}))
    })
}
