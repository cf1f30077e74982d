use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    problem::Rejection,
    rest::{
        convert::{required_time, text},
        wire_enum::wire_enum,
    },
};

wire_enum! {
    /// Kind of a movement.
    MovementKind = pb::MovementKind {
        /// 進貨.
        Received,
        /// 盤點.
        Counted,
        /// 調整.
        Adjusted,
        /// 報廢.
        Scrapped,
        /// Held for an order.
        Held,
        /// A hold given back.
        Released,
        /// Sold.
        Committed,
        /// 退回: a cancelled order's units are back.
        Returned,
        /// 每日重置.
        DailyReset,
        /// 調撥出: sent to another branch.
        TransferredOut,
        /// 調撥入: came from another branch.
        TransferredIn,
        /// 預計到貨: the day has begun, and what was expected for it is in the running stock.
        Arrived,
        /// 期初: the sum of older movements, which are no longer kept one by one.
        Opening,
    }
}

/// An entry of the stock journal, never changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StockMovement {
    /// Id.
    #[schema(format = Uuid)]
    pub movement_id: String,
    /// Stock-keeping unit.
    #[schema(format = Uuid)]
    pub sku_id: String,
    /// Kind.
    pub kind: MovementKind,
    /// Change of the units on hand (of the units held for `held` and `released`).
    pub quantity: i64,
    /// Units on hand after it.
    pub on_hand_after: i64,
    /// Units held after it.
    pub held_after: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Name of who did it; null for the system.
    pub actor: Option<String>,
    /// Order it belongs to.
    #[schema(format = Uuid)]
    pub order_id: Option<String>,
    /// Reason given.
    pub reason: String,
    /// Business day of the bucket; null for the running one.
    #[schema(format = Date)]
    pub business_day: Option<String>,
    /// The other branch of a transfer.
    #[schema(format = Uuid)]
    pub other_branch_id: Option<String>,
}

impl TryFrom<pb::StockMovement> for StockMovement {
    type Error = Rejection;

    fn try_from(movement: pb::StockMovement) -> Result<Self, Rejection> {
        Ok(Self {
            kind: MovementKind::from_wire(movement.kind)?,
            at: required_time(movement.at, "at")?,
            movement_id: movement.movement_id,
            sku_id: movement.sku_id,
            quantity: movement.quantity,
            on_hand_after: movement.on_hand_after,
            held_after: movement.held_after,
            actor: text(movement.actor),
            order_id: text(movement.order_id),
            reason: movement.reason,
            business_day: text(movement.business_day),
            other_branch_id: text(movement.other_branch_id),
        })
    }
}
