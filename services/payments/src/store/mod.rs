//! The only place that knows tables. Functions take the transaction, never the pool.

mod lease;

pub mod accounts;
pub mod attempts;
pub mod branches;
pub mod callbacks;
pub mod ledger;
pub mod ledger_totals;
pub mod ledger_view;
pub mod methods;
pub mod orders;
pub mod payments;
pub mod refunds;
pub mod settlement_rows;
pub mod settlements;
pub mod unsettled_money;
pub mod verifications;

use std::collections::BTreeMap;

use chassis::{db::StoreError, id::GatewayAccountId};
use uuid::Uuid;

/// Texts by name, as JSON.
fn texts_to_json(texts: &BTreeMap<String, String>) -> serde_json::Value {
    serde_json::to_value(texts).expect("texts are plain data")
}

/// Texts by name, out of JSON.
fn texts(
    table: &'static str,
    column: &'static str,
    key: impl std::fmt::Display,
    json: serde_json::Value,
) -> Result<BTreeMap<String, String>, StoreError> {
    serde_json::from_value(json).map_err(|_| StoreError::inconsistent(table, column, key))
}

fn uuids(accounts: &[GatewayAccountId]) -> Vec<Uuid> {
    accounts.iter().map(|id| id.as_uuid()).collect()
}
