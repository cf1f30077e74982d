//! What a branch can sell at a moment.

use chrono::{DateTime, NaiveDate, Utc};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    convert::{all, required_time, time},
    method::Method,
    pauses::PublicPause,
    wire_enum::wire_enum,
};
use crate::problem::Rejection;

/// Which hours and whose stock count.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Method; 自取 when left out.
    pub method: Option<Method>,
    /// Business day whose stock is reported; today when left out or over.
    pub day: Option<NaiveDate>,
}

wire_enum! {
    /// Whether a branch takes orders for now, and if not, why.
    OpenState = pb::OpenState {
        /// 接單中.
        Open,
        /// 暫停接單: the branch or the method as a whole is paused.
        Paused,
        /// 休息中: its hours say no, or ordering for now has ended.
        OutsideHours,
        /// 籌備中: only test orders.
        Setup,
        /// 暫停營業: the branch as such takes no orders.
        Suspended,
        /// 已歇業.
        Closed,
    }
}

wire_enum! {
    /// State of a slot.
    SlotState = pb::SlotState {
        /// 可訂.
        Open,
        /// 將滿: at 80 % or more.
        Filling,
        /// 已滿.
        Full,
        /// 已截止.
        Past,
    }
}

/// What a branch can sell at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Availability {
    /// When this was true.
    pub as_of: DateTime<Utc>,
    /// Whether the branch takes orders for now.
    pub state: OpenState,
    /// When it takes orders for now again; null while open or when nobody knows.
    pub opens_at: Option<DateTime<Utc>>,
    /// When ordering for now ends; null while it is not open or for a continuous opening.
    pub last_order_at: Option<DateTime<Utc>>,
    /// Time promised if ordered now; null while it is not open.
    pub promised_at: Option<DateTime<Utc>>,
    /// Earliest slot that is not full.
    pub earliest_slot_at: Option<DateTime<Utc>>,
    /// Number of the menu in force; null before the first publishing.
    pub menu_number: Option<i64>,
    /// Slots from now to the last day ahead.
    pub slots: Vec<Slot>,
    /// IANA time zone of the branch.
    pub time_zone: String,
    /// Business day whose stock is reported.
    #[schema(format = Date)]
    pub stock_day: String,
    /// Tracked stock-keeping units; one that is absent is always sellable.
    pub skus: Vec<SkuAvailability>,
    /// Most units of a stock-keeping unit in one order; one that is absent has no limit.
    pub order_limits: Vec<OrderLimit>,
    /// Pauses in force, the next to end first; a slot at or after a pause's end is not touched by it.
    pub pauses: Vec<PublicPause>,
}

/// Most units of a stock-keeping unit in one order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrderLimit {
    /// Stock-keeping unit.
    #[schema(format = Uuid)]
    pub sku_id: String,
    /// Most units.
    pub max: i64,
}

/// A slot as a customer may choose it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Slot {
    /// Start of the slot.
    pub starts_at: DateTime<Utc>,
    /// State.
    pub state: SlotState,
    /// Business day it belongs to.
    #[schema(format = Date)]
    pub business_day: String,
}

/// What is left of a tracked stock-keeping unit.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SkuAvailability {
    /// Stock-keeping unit.
    #[schema(format = Uuid)]
    pub sku_id: String,
    /// Units left on the day (daily) or in all (running), as far as its components suffice.
    pub available: i64,
    /// Customers see how many are left from this number down; 0 for never.
    pub show_last: i32,
}

impl TryFrom<pb::Availability> for Availability {
    type Error = Rejection;

    fn try_from(availability: pb::Availability) -> Result<Self, Rejection> {
        Ok(Self {
            as_of: required_time(availability.as_of, "as_of")?,
            state: OpenState::from_wire(availability.state)?,
            time_zone: availability.time_zone,
            opens_at: time(availability.opens_at),
            last_order_at: time(availability.last_order_at),
            promised_at: time(availability.promised_at),
            earliest_slot_at: time(availability.earliest_slot_at),
            menu_number: None,
            slots: all(availability.slots)?,
            pauses: all(availability.pauses)?,
            stock_day: availability.stock_day,
            skus: availability
                .skus
                .into_iter()
                .map(SkuAvailability::from)
                .collect(),
            order_limits: availability
                .order_limits
                .into_iter()
                .map(OrderLimit::from)
                .collect(),
        })
    }
}

impl TryFrom<pb::Slot> for Slot {
    type Error = Rejection;

    fn try_from(slot: pb::Slot) -> Result<Self, Rejection> {
        Ok(Self {
            starts_at: required_time(slot.starts_at, "starts_at")?,
            state: SlotState::from_wire(slot.state)?,
            business_day: slot.business_day,
        })
    }
}

impl From<pb::SkuAvailability> for SkuAvailability {
    fn from(sku: pb::SkuAvailability) -> Self {
        Self {
            sku_id: sku.sku_id,
            available: sku.available,
            show_last: sku.show_last,
        }
    }
}

impl From<pb::OrderLimit> for OrderLimit {
    fn from(limit: pb::OrderLimit) -> Self {
        Self {
            sku_id: limit.sku_id,
            max: limit.max,
        }
    }
}
