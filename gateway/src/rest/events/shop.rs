use axum::{extract::State, response::Response};
use http::HeaderMap;

use crate::{auth::Shop, rest::Result, sse, state::Gateway};

/// Streams what a customer's open menu should read again: `availability`, `menu` and `reload`.
#[utoipa::path(
    get, path = "/api/shop/{brand}/{branch}/events", tag = "shop",
    responses((status = 200, body = String, content_type = "text/event-stream"))
)]
pub async fn watch_shop(
    State(gateway): State<Gateway>,
    shop: Shop,
    headers: HeaderMap,
) -> Result<Response> {
    sse::for_shop(&gateway, &shop, &headers)
}
