use axum::extract::{Path, State};
use http::StatusCode;
use proto::ordering::v1 as pb;

use crate::{
    auth::Staff,
    rest::{
        Result,
        body::Body,
        idempotency::IdempotencyKey,
        quotes,
        storefront::PlaceOrder,
        transcoded::{self, WrittenJson},
    },
    state::Gateway,
};

/// Places a test order, as a customer would place it; it is counted nowhere.
///
/// Refuses with what placing an order refuses with, `PERMISSION_DENIED` (`test.order`), `RATE_LIMITED` and
/// `OUT_OF_SCOPE`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/test-orders", tag = "orders",
    params(IdempotencyKey), request_body = PlaceOrder,
    responses((status = 201, body = ref("#/components/schemas/PlaceOrderResponse")))
)]
pub async fn place_test_order(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    key: IdempotencyKey,
    Body(input): Body<PlaceOrder>,
) -> Result<(StatusCode, WrittenJson)> {
    let order = Some(input.into_wire(key.key, branch_id));
    let request = staff.request(pb::PlaceTestOrderRequest { order });
    let placed = gateway.ordering().place_test_order(request).await;
    let placed = placed.map_err(quotes::rejection)?.into_inner();
    let response = pb::PlaceOrderResponse {
        order: placed.order,
        access_token: placed.access_token,
        replayed: placed.replayed,
    };
    Ok((StatusCode::CREATED, transcoded::json(&response)?))
}
