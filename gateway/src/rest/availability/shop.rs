use axum::{extract::State, response::Response};
use http::HeaderMap;

use crate::{
    auth::Shop,
    json::availability::{Availability, Wanted},
    rest::{Result, query::Params},
    state::Gateway,
};

/// Gets what a branch can sell, for customers; at most 300 ms old.
#[utoipa::path(
    get, path = "/api/shop/{brand}/{branch}/availability", tag = "shop", params(Wanted),
    responses((status = 200, body = Availability))
)]
pub async fn get_shop_availability(
    State(gateway): State<Gateway>,
    shop: Shop,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response> {
    Ok(gateway
        .availabilities()
        .get(&gateway, &shop.place, &wanted)
        .await?
        .respond(&headers))
}
