//! A payment at JKOPAY and the store it belongs to.

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{NAME, digest};
use crate::{
    clock::{Instant, taipei},
    incoming::Call,
    money::{self, Payment},
    state::Transaction,
};

pub type Trade = Payment<Details>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Details {
    /// The entry's body.
    pub entry: Value,
    pub link_until: Instant,
    pub failed: bool,
    /// The part paid with 街口幣.
    pub coins: i64,
    /// Ids of our refunds, with the amounts that went back as coins.
    pub refund_ids: Vec<(String, i64)>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Store {
    pub api_key: String,
    pub secret_key: String,
    #[serde(default)]
    pub shop: String,
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

/// Runs `work` for the store that signed the call and answers in JKOPAY's envelope.
pub fn answer(
    call: &Call,
    work: impl FnOnce(&mut Transaction<'_>, &Store) -> Result<Value, Refusal>,
) -> Json<Value> {
    let result = call.sandbox.state.change(|tx| {
        let store = digest::store(call, tx)?;
        if let Some(fault) = call.fault_in(tx, "refuse") {
            let code = fault.text("code").unwrap_or("999");
            return Err(Refusal::new(
                code,
                fault.text("message").unwrap_or("refused"),
            ));
        }
        work(tx, &store)
    });
    Json(match result {
        Ok(object) => json!({ "result": "000", "message": null, "result_object": object }),
        Err(refusal) => {
            if let Some(rule) = refusal.rule {
                call.violation(rule, format!("{} {}", refusal.code, refusal.message));
            }
            let Refusal { code, message, .. } = refusal;
            json!({ "result": code, "message": message, "result_object": null })
        }
    })
}

pub fn by_reference(tx: &Transaction<'_>, reference: &str) -> Option<Trade> {
    money::by_reference(tx, NAME, reference)
}

/// JKOPAY's form of a local time.
pub fn local(instant: Instant) -> String {
    taipei(instant).format("%Y-%m-%d %H:%M:%S").to_string()
}
