//! A payment at TapPay, the merchant, and the envelope of answers.

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::NAME;
use crate::{
    clock::Instant,
    incoming::Call,
    money::{self, Payment},
    sandbox::merchants,
    state::Transaction,
};

/// From each `bank_transaction_id` to the payment's reference.
pub const BANK_IDS: &str = "tappay.bank_transaction_id";

/// Its reference is our `order_number`, or the `bank_transaction_id` where that repeats.
pub type Trade = Payment<Details>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Details {
    pub order_number: String,
    pub bank_transaction_id: String,
    pub frontend_redirect_url: String,
    pub backend_notify_url: String,
    pub details: String,
    pub last_four: String,
    pub acquirer: String,
    /// −1 captures by call.
    pub delay_capture_in_days: i64,
    pub progress: Progress,
    pub bank_result: (String, String),
    pub visible_from: Instant,
    pub history: Vec<(String, i64, Instant)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    Pending,
    Paid,
    Failed,
    Cancelled,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Merchant {
    pub partner_key: String,
    pub app_id: String,
    pub app_key: String,
    #[serde(default)]
    pub acquirer: String,
    #[serde(default)]
    pub wallet: bool,
}

/// Why a call is refused; `rule` where the platform has broken one.
pub struct Refusal {
    pub code: i64,
    pub message: String,
    pub rule: Option<&'static str>,
    /// Fields beside status and message.
    pub more: Value,
}

impl Refusal {
    pub fn new(code: i64, message: &str) -> Self {
        Self {
            code,
            message: message.to_owned(),
            rule: None,
            more: json!({}),
        }
    }

    pub fn ours(code: i64, rule: &'static str, message: &str) -> Self {
        Self {
            rule: Some(rule),
            ..Self::new(code, message)
        }
    }
}

/// Checks keys and JSON, runs `work` and answers in TapPay's envelope.
pub fn answer(
    call: &Call,
    work: impl FnOnce(&mut Transaction<'_>, &Value) -> Result<Value, Refusal>,
) -> Json<Value> {
    let result = call.sandbox.state.change(|tx| {
        let body = check(call, tx)?;
        if let Some(fault) = call.fault_in(tx, "refuse") {
            let code = fault.value["code"].as_i64().unwrap_or(421);
            return Err(Refusal::new(
                code,
                fault.text("message").unwrap_or("refused"),
            ));
        }
        work(tx, &body)
    });
    let mut fields = Map::new();
    match result {
        Ok(more) => {
            fields.insert("status".to_owned(), json!(0));
            fields.insert("msg".to_owned(), json!("Success"));
            fields.extend(more.as_object().cloned().unwrap_or_default());
        }
        Err(refusal) => {
            if let Some(rule) = refusal.rule {
                call.violation(rule, format!("{} {}", refusal.code, refusal.message));
            }
            fields.insert("status".to_owned(), json!(refusal.code));
            fields.insert("msg".to_owned(), json!(refusal.message));
            fields.extend(refusal.more.as_object().cloned().unwrap_or_default());
        }
    }
    Json(Value::Object(fields))
}

fn check(call: &Call, tx: &Transaction<'_>) -> Result<Value, Refusal> {
    if call.incoming.content_type() != "application/json" {
        return Err(Refusal::ours(5, "content type", "not application/json"));
    }
    let body: Value = serde_json::from_slice(&call.incoming.body)
        .map_err(|_| Refusal::ours(5, "JSON", "JSON format error"))?;
    let header = call.incoming.header("x-api-key");
    let known: Vec<Merchant> = tx.list(&merchants(NAME));
    if known.iter().all(|merchant| merchant.partner_key != header) {
        return Err(Refusal::ours(80, "x-api-key", "x-api-key error"));
    }
    if body["partner_key"].as_str() != Some(header) {
        return Err(Refusal::ours(
            84,
            "partner_key",
            "partner_key differs from x-api-key",
        ));
    }
    Ok(body)
}

/// The payment that `rec_trade_id` of the body names.
pub fn of_record(tx: &Transaction<'_>, body: &Value) -> Result<Trade, Refusal> {
    let id = body["rec_trade_id"].as_str().filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| Refusal::ours(501, "fields", "Missing arguments : rec_trade_id"))?;
    let trade = money::by_transaction::<Details>(tx, NAME, id);
    trade.ok_or_else(|| Refusal::ours(502, "known trade", "Invalid arguments : rec_trade_id"))
}

pub fn by_reference(tx: &Transaction<'_>, reference: &str) -> Option<Trade> {
    money::by_reference(tx, NAME, reference)
}

impl Details {
    pub fn note(&mut self, action: &str, amount: i64, at: Instant) {
        self.history.push((action.to_owned(), amount, at));
    }
}
