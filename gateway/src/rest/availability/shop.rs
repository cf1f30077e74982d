use axum::{extract::State, response::Response};
use http::HeaderMap;

use super::Availability;
use crate::{auth::Shop, rest::Result, state::Gateway};

/// Tells what a branch can sell, for customers; at most 300 ms old.
#[utoipa::path(
    get, path = "/api/shop/{brand}/{branch}/availability", tag = "shop",
    responses((status = 200, body = Availability))
)]
pub async fn get_shop_availability(
    State(gateway): State<Gateway>,
    shop: Shop,
    headers: HeaderMap,
) -> Result<Response> {
    Ok(gateway
        .availabilities()
        .get(&gateway, &shop.place)
        .await?
        .respond(&headers))
}
