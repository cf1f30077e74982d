use axum::{
    extract::{Path, State},
    response::Response,
};
use http::HeaderMap;

use crate::{auth::Peer, rest::Result, sse, state::Gateway};

/// Streams what a brand's open page should read again: `branches` and `reload`.
#[utoipa::path(
    get, path = "/api/shop/{brand}/events", tag = "shop",
    responses((status = 200, body = String, content_type = "text/event-stream"))
)]
pub async fn watch_brand(
    State(gateway): State<Gateway>,
    peer: Peer,
    Path(brand): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let storefront = gateway.storefronts().brand(&gateway, &brand).await?;
    let brand_id = &storefront.brand.brand_id;
    sse::for_brand(&gateway, peer.address, brand_id, &headers)
}
