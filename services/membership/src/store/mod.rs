//! The only place that knows tables. Functions take the transaction, never the pool.

pub mod branches;

pub mod benefit_settings;
pub mod brands;
pub mod counters;
pub mod coupon_entries;
pub mod coupon_moves;
pub mod coupon_templates;
pub mod coupons;
pub mod holds;
pub mod promo_codes;
pub mod promotion_orders;
pub mod promotions;
pub mod replays;
pub mod returns;
pub mod rule_documents;
pub mod rule_versions;
pub mod usage;

use chassis::db::StoreError;
use proto::membership::v1::BenefitRule;
use uuid::Uuid;

use crate::domain::benefits::cost_share::CostShare;

/// A stored rule.
fn rule(key: Uuid, version: i64, bytes: &[u8]) -> Result<BenefitRule, StoreError> {
    prost::Message::decode(bytes)
        .map_err(|_| StoreError::inconsistent("rule_versions", "rule", format!("{key} {version}")))
}

fn cost_shares_to_json(shares: &[CostShare]) -> serde_json::Value {
    serde_json::to_value(shares).expect("shares are plain data")
}

fn cost_shares(
    table: &'static str,
    key: Uuid,
    json: serde_json::Value,
) -> Result<Vec<CostShare>, StoreError> {
    serde_json::from_value(json).map_err(|_| StoreError::inconsistent(table, "cost_shares", key))
}

/// A pattern for what contains a text.
fn contains(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}
