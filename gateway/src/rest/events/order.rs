use axum::{
    extract::{Path, State},
    response::Response,
};
use chassis::error::Problem;
use http::HeaderMap;
use proto::ordering::v1 as pb;

use crate::{auth::Shop, json::convert::present, rest::Result, sse, state::Gateway};

/// Streams what happens to one order, for its customer: `order` and `reload`.
#[utoipa::path(
    get, path = "/api/shop/{brand}/{branch}/orders/{token}/events", tag = "shop",
    responses((status = 200, body = String, content_type = "text/event-stream"))
)]
pub async fn watch_my_order(
    State(gateway): State<Gateway>,
    shop: Shop,
    Path((_, _, access_token)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let request = shop.request(pb::GetOrderByTokenRequest { access_token });
    let answer = gateway
        .ordering()
        .get_order_by_token(request)
        .await?
        .into_inner();
    let order = present(answer.order, "the order")?;
    if order.branch_id != shop.branch_id() {
        return Err(Problem::not_found("order").into());
    }
    sse::for_order(&gateway, &shop, order.order_id, &headers)
}
