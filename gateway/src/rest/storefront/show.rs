use axum::{
    extract::{Path, State},
    response::Response,
};
use http::HeaderMap;

use crate::{json::storefront::StorefrontPage, rest::Result, state::Gateway};

/// Gets a brand with its branches; at most a second old.
///
/// A branch whose hours cannot be read at present has no state rather than being hidden.
#[utoipa::path(get, path = "/api/shop/{brand}", tag = "shop", responses((status = 200, body = StorefrontPage)))]
pub async fn get_storefront(
    State(gateway): State<Gateway>,
    Path(brand): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let page = gateway.brand_pages().get(&gateway, &brand).await?;
    Ok(page.respond(&headers))
}
