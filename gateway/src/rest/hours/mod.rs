//! Weekly hours and slot settings of a branch.

mod get;
mod set;

use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{problem::Rejection, state::Gateway};

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(get::get_hours, set::set_hours))
}

/// Weekly hours and slot settings of a branch.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Hours {
    /// Branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Weekly opening periods.
    pub periods: Vec<Period>,
    /// Length of a slot in minutes.
    pub slot_minutes: i32,
    /// Minutes between ordering and the earliest promise.
    pub lead_minutes: i32,
    /// Days ahead that may be ordered for.
    pub days_ahead: i32,
    /// Minutes before close when ordering ends.
    pub last_order_minutes: i32,
    /// Most orders in one slot, null for no limit.
    pub max_orders_per_slot: Option<i32>,
    /// Version for the next change.
    pub version: i64,
}

/// One weekly opening period; close at or before open means the next day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// ISO weekday of the opening, 1 Monday … 7 Sunday.
    pub weekday: i32,
    /// Opening in minutes after midnight, 0–1,439.
    pub open_minute: i32,
    /// Close in minutes after midnight, 0–1,440; 0 to 1,440 is a 24-hour day.
    pub close_minute: i32,
}

/// Hours as they shall be.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursInput {
    /// Weekly opening periods, at most 6 a day.
    pub periods: Vec<Period>,
    /// Length of a slot in minutes: 5, 10, 15, 20, 30 or 60.
    pub slot_minutes: i32,
    /// Minutes between ordering and the earliest promise, 0–1,440.
    pub lead_minutes: i32,
    /// Days ahead that may be ordered for, 0–60.
    pub days_ahead: i32,
    /// Minutes before close when ordering ends, 0–180.
    pub last_order_minutes: i32,
    /// Most orders in one slot, 0–9,999; null for no limit.
    pub max_orders_per_slot: Option<i32>,
    /// Version it was read at.
    pub version: i64,
}

/// Answer with a branch's hours.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursAnswer {
    /// The hours.
    pub hours: Hours,
}

impl From<pb::Hours> for Hours {
    fn from(hours: pb::Hours) -> Self {
        Self {
            branch_id: hours.branch_id,
            periods: hours.periods.into_iter().map(Period::from).collect(),
            slot_minutes: hours.slot_minutes,
            lead_minutes: hours.lead_minutes,
            days_ahead: hours.days_ahead,
            last_order_minutes: hours.last_order_minutes,
            max_orders_per_slot: hours.max_orders_per_slot,
            version: hours.version,
        }
    }
}

impl From<pb::Period> for Period {
    fn from(period: pb::Period) -> Self {
        Self {
            weekday: period.weekday,
            open_minute: period.open_minute,
            close_minute: period.close_minute,
        }
    }
}

impl From<Period> for pb::Period {
    fn from(period: Period) -> Self {
        Self {
            weekday: period.weekday,
            open_minute: period.open_minute,
            close_minute: period.close_minute,
        }
    }
}

impl HoursInput {
    /// The message, for this branch.
    pub fn into_wire(self, branch_id: String) -> pb::Hours {
        pb::Hours {
            branch_id,
            periods: self.periods.into_iter().map(pb::Period::from).collect(),
            slot_minutes: self.slot_minutes,
            lead_minutes: self.lead_minutes,
            days_ahead: self.days_ahead,
            last_order_minutes: self.last_order_minutes,
            max_orders_per_slot: self.max_orders_per_slot,
            version: self.version,
        }
    }
}

impl TryFrom<Option<pb::Hours>> for HoursAnswer {
    type Error = Rejection;

    fn try_from(hours: Option<pb::Hours>) -> Result<Self, Rejection> {
        Ok(Self {
            hours: super::convert::present(hours, "the hours")?.into(),
        })
    }
}
