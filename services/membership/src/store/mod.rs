//! The only place that knows tables. Functions take the transaction, never the pool.

pub mod addresses;
pub mod benefit_settings;
pub mod branches;
pub mod brands;
pub mod codes;
pub mod completed_orders;
pub mod consents;
pub mod counters;
pub mod coupon_entries;
pub mod coupon_moves;
pub mod coupon_offers;
pub mod coupon_templates;
pub mod coupons;
pub mod duplicates;
pub mod exports;
pub mod giving;
pub mod holds;
pub mod line;
pub mod member_list;
pub mod member_orders;
pub mod members;
pub mod merges;
pub mod notes;
pub mod points;
pub mod promo_codes;
pub mod promotion_orders;
pub mod promotions;
pub mod replays;
pub mod returns;
pub mod rule_documents;
pub mod rule_versions;
pub mod sessions;
pub mod tags;
pub mod tiers;
pub mod usage;

use chassis::db::StoreError;
use chrono::{DateTime, Utc};
use proto::membership::v1::BenefitRule;
use uuid::{NoContext, Timestamp, Uuid};

use crate::domain::benefits::cost_share::CostShare;

/// A new id, ordered by time.
#[must_use]
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    let secs = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(
        NoContext,
        secs,
        now.timestamp_subsec_nanos(),
    ))
}

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
