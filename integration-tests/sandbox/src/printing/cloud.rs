//! What the vendors' clouds share: accounts, units, and jobs that wait for a unit to be well.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{get, put},
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::{
    markup,
    tray::{Printed, Tray},
};
use crate::{
    act::Refused,
    clock::Instant,
    incoming::Call,
    sandbox::{Sandbox, merchants},
    scheduler::Timer,
    state::Transaction,
};

/// Kind of the timer of a job that a well unit prints.
pub const PRINT: &str = "print";
/// From taking a job to its paper.
const PRINTING: TimeDelta = TimeDelta::seconds(1);
/// Orders that are remembered; older ones are as unknown.
const MOST_ORDERS: usize = 5_000;

/// A printer that the vendor has made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Unit {
    /// The account that has added it.
    pub account: Option<String>,
    pub name: String,
    /// The key printed under it.
    pub key: String,
    pub online: bool,
    pub paper_out: bool,
    /// Dots of its head.
    pub width: usize,
}

impl Default for Unit {
    fn default() -> Self {
        Self {
            account: None,
            name: String::new(),
            key: String::new(),
            online: true,
            paper_out: false,
            width: 384,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    Waiting,
    /// Waits, and the vendor will never say that it was printed.
    WaitingUnsaid,
    Printed,
    /// Printed, and the vendor says that it was not.
    PrintedUnsaid,
    /// Waits and never comes out.
    Stuck,
    Expired,
    Cleared,
}

/// A job that was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub id: String,
    pub at: Instant,
    pub account: String,
    pub serial: String,
    pub content: String,
    pub copies: u32,
    pub expires: Option<Instant>,
    pub state: Progress,
}

fn units(system: &str) -> String {
    format!("{system}.unit")
}

fn orders(system: &str) -> String {
    format!("{system}.order")
}

/// Lower hexadecimal SHA-1 of user, key and time.
pub fn signature(user: &str, key: &str, time: &str) -> String {
    hex::encode(Sha1::digest(format!("{user}{key}{time}")))
}

/// Whether the time has the form that is signed.
pub fn is_time(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `user` has signed, and with the right key; none when there is no such user.
pub fn has_signed(
    tx: &Transaction<'_>,
    system: &str,
    user: &str,
    time: &str,
    given: &str,
) -> Option<bool> {
    let account = tx.get::<Value>(&merchants(system), user)?;
    let key = account["key"].as_str().unwrap_or_default().to_owned();
    Some(signature(user, &key, time) == given)
}

pub fn unit(tx: &Transaction<'_>, system: &str, serial: &str) -> Option<Unit> {
    tx.get(&units(system), serial)
}

pub fn put_unit(tx: &mut Transaction<'_>, system: &str, serial: &str, unit: &Unit) {
    tx.put(&units(system), serial, unit);
}

pub fn order(tx: &Transaction<'_>, system: &str, id: &str) -> Option<Order> {
    tx.get(&orders(system), id)
}

/// Takes a job; it comes out when its unit is well.
pub fn take(
    tx: &mut Transaction<'_>,
    system: &'static str,
    call: &Call,
    mut order: Order,
) -> String {
    for (word, state) in [
        ("never_prints", Progress::Stuck),
        ("unsaid", Progress::WaitingUnsaid),
    ] {
        if call.fault_in(tx, word).is_some() {
            order.state = state;
        }
    }
    while tx.count(&orders(system)) >= MOST_ORDERS
        && let Some(oldest) = tx.first_key(&orders(system))
    {
        tx.delete(&orders(system), &oldest);
    }
    tx.put(&orders(system), &order.id, &order);
    set_timer(tx, system, &order.id, order.at + PRINTING);
    order.id
}

fn set_timer(tx: &mut Transaction<'_>, system: &str, id: &str, due: Instant) {
    Timer {
        due,
        system: system.to_owned(),
        kind: PRINT.to_owned(),
        key: id.to_owned(),
    }
    .set(tx);
}

/// Lets a job come out whose time has come, if its unit is well.
pub fn print(sandbox: &Sandbox, tray: &Tray, system: &'static str, id: &str) {
    let now = sandbox.clock.now();
    let printed = sandbox.state.change(|tx| {
        let mut order = order(tx, system, id)?;
        let unit = unit(tx, system, &order.serial)?;
        let after = match order.state {
            Progress::Waiting => Progress::Printed,
            Progress::WaitingUnsaid => Progress::PrintedUnsaid,
            _ => return None,
        };
        if order.expires.is_some_and(|end| end <= now) {
            order.state = Progress::Expired;
            tx.put(&orders(system), id, &order);
            return None;
        }
        if !unit.online || unit.paper_out {
            return None;
        }
        order.state = after;
        tx.put(&orders(system), id, &order);
        Some((order, unit))
    });
    let Some((order, unit)) = printed else {
        return;
    };
    let reading = markup::read(&order.content);
    let printed = Printed {
        at: now,
        printer: &order.serial,
        channel: system,
        job: id,
        copies: order.copies,
        cut: true,
        partial: false,
        notes: Vec::new(),
    };
    tray.put_lines(printed, unit.width, reading.lines);
}

/// Printed and waiting jobs of a day in Taipei at a unit.
pub fn counts(tx: &Transaction<'_>, system: &str, serial: &str, day: &str) -> (u64, u64) {
    let (mut printed, mut waiting) = (0, 0);
    for order in tx.list::<Order>(&orders(system)) {
        let placed = crate::clock::taipei(order.at)
            .format("%Y-%m-%d")
            .to_string();
        if order.serial != serial || placed != day {
            continue;
        }
        match order.state {
            Progress::Printed => printed += 1,
            Progress::Expired | Progress::Cleared => {}
            _ => waiting += 1,
        }
    }
    (printed, waiting)
}

/// Forgets what waits for a unit.
pub fn clear(tx: &mut Transaction<'_>, system: &str, serial: &str) {
    for mut order in tx.list::<Order>(&orders(system)) {
        let waits = matches!(
            order.state,
            Progress::Waiting | Progress::WaitingUnsaid | Progress::Stuck
        );
        if order.serial == serial && waits {
            order.state = Progress::Cleared;
            tx.put(&orders(system), &order.id.clone(), &order);
        }
    }
}

/// What a content may be.
pub struct Limits {
    pub most_bytes: usize,
    /// A label is a page, and there are several; else the content is one label.
    pub has_pages: bool,
}

/// Records what a unit would not understand of a content, and too much of it.
pub fn inspect(call: &Call, content: &str, copies: u32, is_label: bool, limits: &Limits) {
    let reading = markup::read(content);
    for fault in &reading.faults {
        call.violation("mark-up", fault.as_str());
    }
    if content.len() > limits.most_bytes {
        call.violation("content", format!("{} bytes", content.len()));
    }
    if !is_label && reading.codes > 1 {
        call.violation("content", format!("{} QR codes", reading.codes));
    }
    if is_label && limits.has_pages != (reading.pages > 0) {
        call.violation("content", format!("{} pages", reading.pages));
    }
    if !(1..=5).contains(&copies) {
        call.violation("copies", copies.to_string());
    }
}

/// The code and text of an armed `refuse`.
pub fn refusal(call: &Call, tx: &mut Transaction<'_>) -> Option<(i64, String)> {
    let fault = call.fault_in(tx, "refuse")?;
    let code = fault.value["code"].as_i64().unwrap_or(1004);
    let text = fault.text("message").unwrap_or("refused").to_owned();
    Some((code, text))
}

/// Control words of a cloud: its units, and the jobs it has taken.
pub fn control(system: &'static str) -> Router<Arc<Sandbox>> {
    let list_units = async move |State(sandbox): State<Arc<Sandbox>>| {
        let all = sandbox.state.change(|tx| tx.keyed::<Unit>(&units(system)));
        Json(json!(
            all.into_iter()
                .collect::<std::collections::BTreeMap<_, _>>()
        ))
    };
    let change_unit = async move |State(sandbox): State<Arc<Sandbox>>,
                                  Path(serial): Path<String>,
                                  Json(body): Json<Value>| {
        change_unit(&sandbox, system, &serial, &body)
    };
    let list_orders = async move |State(sandbox): State<Arc<Sandbox>>| {
        Json(sandbox.state.list::<Order>(&orders(system)))
    };
    Router::new()
        .route("/units", get(list_units))
        .route("/units/{serial}", put(change_unit))
        .route("/orders", get(list_orders))
}

/// Changes what is named of a unit, or makes one; what waits for it comes out if it is well then.
fn change_unit(
    sandbox: &Sandbox,
    system: &'static str,
    serial: &str,
    body: &Value,
) -> Result<Json<Unit>, Refused> {
    let now = sandbox.clock.now();
    sandbox.state.change(|tx| {
        let known = unit(tx, system, serial).unwrap_or_default();
        let mut merged = json!(known);
        if let (Some(into), Some(from)) = (merged.as_object_mut(), body.as_object()) {
            into.extend(from.clone());
        }
        let unit: Unit =
            serde_json::from_value(merged).map_err(|error| Refused::new(error.to_string()))?;
        put_unit(tx, system, serial, &unit);
        if unit.online && !unit.paper_out {
            for order in tx.list::<Order>(&orders(system)) {
                let waits = matches!(order.state, Progress::Waiting | Progress::WaitingUnsaid);
                if order.serial == serial && waits && order.at + PRINTING <= now {
                    set_timer(tx, system, &order.id, now);
                }
            }
        }
        Ok(Json(unit))
    })
}
