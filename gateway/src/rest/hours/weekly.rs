use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Decisions;
use crate::{
    problem::Rejection,
    rest::{
        availability::ServiceMethod,
        convert::{all, stamp},
        wire_enum::wire_enum,
    },
};

wire_enum! {
    /// What may be ordered while the branch is closed.
    OutsideHours = pb::OutsideHours {
        /// 只收預訂單.
        FutureOnly,
        /// 不收單.
        None,
    }
}

/// Weekly hours and slot settings of a branch.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Hours {
    /// Branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Weekly opening periods of the 門市.
    pub periods: Vec<Period>,
    /// Methods that differ from it.
    pub methods: Vec<MethodHours>,
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
    /// What may be ordered while closed.
    pub outside_hours: OutsideHours,
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

/// What a method has for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodHours {
    /// The method.
    pub method: ServiceMethod,
    /// It has a week of its own; else it follows the 門市.
    pub own_week: bool,
    /// Weekly opening periods of its own; none with `own_week`: never open.
    #[serde(default)]
    pub periods: Vec<Period>,
    /// Minutes before close when ordering ends, 0–180; null for those of the branch.
    pub last_order_minutes: Option<i32>,
    /// Minutes between ordering and the earliest promise, 0–1,440; null for the default: of 自取 those of the
    /// branch, of 外送 40, of 現場 0.
    pub lead_minutes: Option<i32>,
}

/// Hours as they shall be.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursInput {
    /// Weekly opening periods of the 門市, at most 6 a day.
    pub periods: Vec<Period>,
    /// Methods that differ from it, each at most once.
    #[serde(default)]
    pub methods: Vec<MethodHours>,
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
    /// What may be ordered while closed; null for future orders only.
    pub outside_hours: Option<OutsideHours>,
    /// Version it was read at.
    pub version: i64,
    /// From when they count, a full minute within the next 365 days; null for now.
    pub effective_at: Option<DateTime<Utc>>,
    /// Number of the pending change that they replace.
    pub replaces: Option<i64>,
    /// Number of the version that they restore.
    pub restores: Option<i64>,
    /// What becomes of booked orders outside; not read by a preview.
    #[serde(default)]
    pub decisions: Decisions,
}

impl TryFrom<pb::Hours> for Hours {
    type Error = Rejection;

    fn try_from(hours: pb::Hours) -> Result<Self, Rejection> {
        Ok(Self {
            branch_id: hours.branch_id,
            periods: hours.periods.into_iter().map(Period::from).collect(),
            methods: all(hours.methods)?,
            slot_minutes: hours.slot_minutes,
            lead_minutes: hours.lead_minutes,
            days_ahead: hours.days_ahead,
            last_order_minutes: hours.last_order_minutes,
            max_orders_per_slot: hours.max_orders_per_slot,
            outside_hours: OutsideHours::from_wire_or_none(hours.outside_hours)
                .unwrap_or(OutsideHours::FutureOnly),
            version: hours.version,
        })
    }
}

impl TryFrom<pb::MethodHours> for MethodHours {
    type Error = Rejection;

    fn try_from(own: pb::MethodHours) -> Result<Self, Rejection> {
        Ok(Self {
            method: ServiceMethod::from_wire(own.method)?,
            own_week: own.own_week,
            periods: own.periods.into_iter().map(Period::from).collect(),
            last_order_minutes: own.last_order_minutes,
            lead_minutes: own.lead_minutes,
        })
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

impl From<MethodHours> for pb::MethodHours {
    fn from(own: MethodHours) -> Self {
        Self {
            method: own.method.to_wire(),
            own_week: own.own_week,
            periods: own.periods.into_iter().map(pb::Period::from).collect(),
            last_order_minutes: own.last_order_minutes,
            lead_minutes: own.lead_minutes,
        }
    }
}

impl HoursInput {
    /// The message that tells what it would do.
    pub fn into_planned(self, branch_id: String) -> pb::PlannedHours {
        let (effective_at, replaces) = (self.effective_at, self.replaces);
        pb::PlannedHours {
            hours: Some(self.into_hours(branch_id)),
            effective_at: effective_at.map(stamp),
            replaces: replaces.unwrap_or_default(),
        }
    }

    /// The message that does it.
    pub fn into_wire(mut self, branch_id: String) -> pb::SetHoursRequest {
        let decisions = std::mem::take(&mut self.decisions).into_wire();
        let (effective_at, replaces, restores) = (self.effective_at, self.replaces, self.restores);
        pb::SetHoursRequest {
            hours: Some(self.into_hours(branch_id)),
            effective_at: effective_at.map(stamp),
            replaces: replaces.unwrap_or_default(),
            restores: restores.unwrap_or_default(),
            decisions: Some(decisions),
        }
    }

    fn into_hours(self, branch_id: String) -> pb::Hours {
        pb::Hours {
            branch_id,
            periods: self.periods.into_iter().map(pb::Period::from).collect(),
            methods: self.methods.into_iter().map(Into::into).collect(),
            slot_minutes: self.slot_minutes,
            lead_minutes: self.lead_minutes,
            days_ahead: self.days_ahead,
            last_order_minutes: self.last_order_minutes,
            max_orders_per_slot: self.max_orders_per_slot,
            outside_hours: self.outside_hours.map_or(0, OutsideHours::to_wire),
            version: self.version,
        }
    }
}
