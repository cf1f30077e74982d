use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::ordering::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use super::OrderAnswer;
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::stamp},
    state::Gateway,
};

/// Another slot for an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlotMove {
    /// Version it was read at; the same wish again at that version moves nothing twice.
    pub version: i64,
    /// Start of the slot.
    pub wanted_at: DateTime<Utc>,
    /// Why, 1–200 characters; the customer reads it.
    pub reason: String,
}

/// Moves an order to another slot, before it is being made.
///
/// Refuses with `ILLEGAL_TRANSITION`, `ORDER_LOCKED`, `VERSION_CONFLICT`, `REASON_REQUIRED`, `TEXT_TOO_LONG`,
/// `OUT_OF_STOCK`, `SLOT_FULL`, `SLOT_PAST`, `CLOSED`, `TOO_FAR_AHEAD`, `NO_SLOT`, `PAUSED`,
/// `HOLD_GONE` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/orders/{order_id}/move", tag = "orders",
    request_body = SlotMove, responses((status = 200, body = OrderAnswer))
)]
pub async fn move_order(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(order_id): Path<String>,
    Body(wish): Body<SlotMove>,
) -> Result<Json<OrderAnswer>> {
    let request = staff.request(pb::MoveOrderRequest {
        order_id,
        version: wish.version,
        wanted_at: Some(stamp(wish.wanted_at)),
        reason: wish.reason,
    });
    let answer = gateway.ordering().move_order(request).await?.into_inner();
    Ok(Json(answer.order.try_into()?))
}
