use axum::{
    Json,
    extract::{Path, State},
};
use proto::ordering::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{CancelReason, OrderAnswer, OrderState};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, idempotency::IdempotencyKey},
    state::Gateway,
};

/// A step of an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// Version it was read at.
    pub version: i64,
    /// State wanted.
    pub to: OrderState,
    /// Needed for `cancelled` and `rejected`.
    pub cancel_reason: Option<CancelReason>,
    /// Text of the reason; needed for `other`, reopening and overriding, at most 200 characters.
    pub reason: Option<String>,
    /// The money was received, for `completed` of an unpaid order.
    #[serde(default)]
    pub cash_received: bool,
    /// Complete although unpaid; needs a reason.
    #[serde(default)]
    pub override_payment: bool,
}

/// Moves an order to another state; skipped steps forward are written too.
///
/// Refuses with `ILLEGAL_TRANSITION`, `ORDER_LOCKED`, `VERSION_CONFLICT`, `REASON_REQUIRED`, `PAYMENT_DUE`,
/// `PERMISSION_DENIED` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/orders/{order_id}/transition", tag = "orders", params(IdempotencyKey),
    request_body = Transition, responses((status = 200, body = OrderAnswer))
)]
pub async fn transition_order(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(order_id): Path<String>,
    key: IdempotencyKey,
    Body(step): Body<Transition>,
) -> Result<Json<OrderAnswer>> {
    let request = staff.request(pb::TransitionOrderRequest {
        idempotency_key: key.key,
        order_id,
        version: step.version,
        to: step.to.to_wire(),
        cancel_reason: step.cancel_reason.map_or(0, CancelReason::to_wire),
        reason: step.reason.unwrap_or_default(),
        cash_received: step.cash_received,
        override_payment: step.override_payment,
    });
    let answer = gateway
        .ordering()
        .transition_order(request)
        .await?
        .into_inner();
    Ok(Json(answer.order.try_into()?))
}
