//! A payment at LINE Pay and the channel it belongs to.

use axum::Json;
use chrono::{SecondsFormat, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{NAME, signature};
use crate::{
    clock::Instant,
    incoming::Call,
    money::{self, Payment},
    state::Transaction,
};

pub const RESERVATION_LASTS: TimeDelta = TimeDelta::minutes(20);
pub const AUTHORISATION_LASTS: TimeDelta = TimeDelta::days(5);

pub type Trade = Payment<Details>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Details {
    /// The request's body.
    pub request: Value,
    pub progress: Progress,
    /// A confirm call is under way.
    pub confirming: bool,
    pub checked_at: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    Reserved,
    Authenticated,
    Confirmed,
    Cancelled,
    Failed,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Merchant {
    pub channel_secret: String,
    #[serde(default)]
    pub shop: String,
    #[serde(default)]
    pub separate_capture: bool,
}

/// Why a call is refused; `rule` where the platform has broken one.
pub struct Refusal {
    pub code: String,
    pub message: String,
    pub rule: Option<&'static str>,
}

impl Refusal {
    pub fn new(code: &str, message: &str) -> Self {
        Self {
            code: code.to_owned(),
            message: message.to_owned(),
            rule: None,
        }
    }

    pub fn ours(code: &str, rule: &'static str, message: &str) -> Self {
        Self {
            rule: Some(rule),
            ..Self::new(code, message)
        }
    }
}

/// Runs `work` for the channel that signed the call and answers in LINE Pay's envelope.
pub fn answer(
    call: &Call,
    work: impl FnOnce(&mut Transaction<'_>, &str, &Merchant) -> Result<Value, Refusal>,
) -> Json<Value> {
    let result = call.sandbox.state.change(|tx| {
        let (channel, merchant) = signature::channel(call, tx)?;
        if let Some(fault) = call.fault_in(tx, "refuse") {
            let code = fault.text("code").unwrap_or("9000");
            return Err(Refusal::new(
                code,
                fault.text("message").unwrap_or("refused"),
            ));
        }
        work(tx, &channel, &merchant)
    });
    Json(match result {
        Ok(info) => success(info),
        Err(refusal) => {
            if let Some(rule) = refusal.rule {
                call.violation(rule, format!("{} {}", refusal.code, refusal.message));
            }
            json!({ "returnCode": refusal.code, "returnMessage": refusal.message })
        }
    })
}

fn success(info: Value) -> Value {
    // `check` puts its code beside no info.
    match info.get("returnCode") {
        Some(_) => info,
        None => json!({ "returnCode": "0000", "returnMessage": "Success.", "info": info }),
    }
}

/// The trade of the path's transaction id.
pub fn of_transaction(
    tx: &Transaction<'_>,
    channel: &str,
    transaction: &str,
) -> Result<Trade, Refusal> {
    let trade = money::by_transaction::<Details>(tx, NAME, transaction);
    trade
        .filter(|trade| trade.merchant == channel)
        .ok_or_else(|| Refusal::new("1150", "Transaction record not found."))
}

pub fn by_reference(tx: &Transaction<'_>, reference: &str) -> Option<Trade> {
    money::by_reference(tx, NAME, reference)
}

/// The transaction id as the bare JSON number of the wire.
pub fn number(trade: &Trade) -> Value {
    json!(trade.transaction.parse::<u64>().unwrap_or_default())
}

pub fn utc(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub fn lapsed(trade: &Trade, now: Instant) -> bool {
    let open = matches!(
        trade.details.progress,
        Progress::Reserved | Progress::Authenticated
    );
    open && now - trade.created >= RESERVATION_LASTS
}
