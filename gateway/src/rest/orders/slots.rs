use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::{capacity::v1 as capacity, ordering::v1 as pb};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::Staff,
    json::{
        availability::SlotState,
        convert::{all, required_time, time},
    },
    problem::Rejection,
    rest::Result,
    state::Gateway,
};

/// Slots that an order could be rescheduled to.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderSlots {
    /// When this was true.
    pub as_of: DateTime<Utc>,
    /// Earliest slot with capacity for this order; null where there is none.
    pub earliest_slot_at: Option<DateTime<Utc>>,
    /// Slots from now to the last day ahead.
    pub slots: Vec<OrderSlot>,
}

/// A slot as staff may choose it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderSlot {
    /// Start of the slot.
    pub starts_at: DateTime<Utc>,
    /// State for this order.
    pub state: SlotState,
    /// Business day it belongs to.
    #[schema(format = Date)]
    pub business_day: String,
    /// Capacity limits in the way; empty where it is the orders a slot takes by the hours.
    pub full_rule_ids: Vec<String>,
}

/// Finds the slots that an order could be rescheduled to, by its lines.
///
/// Its stock is held already and not asked for again; whether another day has enough is judged when
/// it is rescheduled. Refuses with `NOT_FOUND`.
#[utoipa::path(
    get, path = "/api/admin/orders/{order_id}/slots", tag = "orders",
    responses((status = 200, body = OrderSlots))
)]
pub async fn find_order_slots(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(order_id): Path<String>,
) -> Result<Json<OrderSlots>> {
    let request = staff.request(pb::FindSlotsRequest {
        order_id,
        ..Default::default()
    });
    let answer = gateway.ordering().find_slots(request).await?.into_inner();
    Ok(Json(OrderSlots {
        as_of: required_time(answer.as_of, "as_of")?,
        earliest_slot_at: time(answer.earliest_slot_at),
        slots: all(answer.slots)?,
    }))
}

impl TryFrom<capacity::Slot> for OrderSlot {
    type Error = Rejection;

    fn try_from(slot: capacity::Slot) -> Result<Self> {
        Ok(Self {
            starts_at: required_time(slot.starts_at, "starts_at")?,
            state: SlotState::from_wire(slot.state)?,
            business_day: slot.business_day,
            full_rule_ids: slot.full_rule_ids,
        })
    }
}
