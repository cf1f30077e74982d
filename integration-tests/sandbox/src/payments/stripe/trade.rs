//! A PaymentIntent and the account it belongs to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::NAME;
use crate::{
    money::{self, Payment},
    state::Transaction,
};

/// Its reference is `metadata[order_id]`, or its own id where that repeats or is missing.
pub type Trade = Payment<Details>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Details {
    pub status: Status,
    pub client_secret: String,
    pub manual_capture: bool,
    pub metadata: BTreeMap<String, String>,
    pub return_url: String,
    pub last_four: String,
    pub charge_id: String,
    pub last_error: Option<Value>,
    pub cancellation_reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    RequiresPaymentMethod,
    RequiresAction,
    RequiresCapture,
    Succeeded,
    Canceled,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    #[serde(default)]
    pub id: String,
    pub secret_key: String,
    pub publishable_key: String,
    #[serde(default)]
    pub webhook_url: String,
    #[serde(default)]
    pub webhook_secrets: Vec<String>,
}

pub fn of_intent(tx: &Transaction<'_>, account: &str, id: &str) -> Option<Trade> {
    let trade = money::by_transaction::<Details>(tx, NAME, id);
    trade.filter(|trade| trade.merchant == account)
}

pub fn by_reference(tx: &Transaction<'_>, reference: &str) -> Option<Trade> {
    money::by_reference(tx, NAME, reference)
}
