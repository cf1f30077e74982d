use axum::{
    Json,
    extract::{Path, State},
};
use proto::ordering::v1 as pb;

use super::OrderAnswer;
use crate::{
    auth::Staff,
    rest::{
        Result,
        body::{AtVersion, Body},
    },
    state::Gateway,
};

/// Takes the last step of an order back, within 10 seconds and by who did it.
///
/// Refuses with `ILLEGAL_TRANSITION`, `ORDER_LOCKED`, `VERSION_CONFLICT` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/orders/{order_id}/undo", tag = "orders",
    request_body = AtVersion, responses((status = 200, body = OrderAnswer))
)]
pub async fn undo_transition(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(order_id): Path<String>,
    Body(at): Body<AtVersion>,
) -> Result<Json<OrderAnswer>> {
    let request = staff.request(pb::UndoTransitionRequest {
        order_id,
        version: at.version,
    });
    let answer = gateway
        .ordering()
        .undo_transition(request)
        .await?
        .into_inner();
    Ok(Json(answer.order.try_into()?))
}
