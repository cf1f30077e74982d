use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::LimitRule;
use crate::{
    problem::Rejection,
    rest::convert::{all, required_time, text},
};

/// The limits of a branch.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Limits {
    /// Branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Rules, at most 200, in the order staff gave them.
    pub rules: Vec<LimitRule>,
    /// Version for the next change, 0 while there never was a rule.
    pub version: i64,
    /// Most orders a slot takes by the hours, null for no limit.
    pub orders_per_slot: Option<i64>,
    /// Length of a slot in minutes.
    pub slot_minutes: i32,
    /// Counters beyond their limits from now on, at most 200, the earliest first.
    pub overbooked: Vec<Overbooked>,
}

/// 超訂: a counter beyond its limit, because the limit was lowered or a platform's orders came.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Overbooked {
    /// Rule, in a preview a new one by its place in the request from 0; null for the orders a slot takes by the hours.
    pub rule_id: Option<String>,
    /// Start of the window.
    pub starts_at: DateTime<Utc>,
    /// Counted in it, in the rule's measure.
    pub used: i64,
    /// The limit.
    pub limit: i64,
}

/// Answer with the limits of one branch.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitsAnswer {
    /// The limits.
    pub limits: Limits,
}

impl TryFrom<pb::Limits> for Limits {
    type Error = Rejection;

    fn try_from(limits: pb::Limits) -> Result<Self, Rejection> {
        Ok(Self {
            branch_id: limits.branch_id,
            rules: all(limits.rules)?,
            version: limits.version,
            orders_per_slot: (limits.orders_per_slot > 0).then_some(limits.orders_per_slot),
            slot_minutes: limits.slot_minutes,
            overbooked: all(limits.overbooked)?,
        })
    }
}

impl TryFrom<pb::Overbooked> for Overbooked {
    type Error = Rejection;

    fn try_from(counter: pb::Overbooked) -> Result<Self, Rejection> {
        Ok(Self {
            starts_at: required_time(counter.starts_at, "the start of the window")?,
            rule_id: text(counter.rule_id),
            used: counter.used,
            limit: counter.limit,
        })
    }
}
