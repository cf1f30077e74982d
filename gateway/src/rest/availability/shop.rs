use axum::{extract::State, response::Response};
use http::HeaderMap;

use super::{Availability, ByMethod};
use crate::{
    auth::Shop,
    rest::{Result, hours::ServiceMethod, query::Params},
    state::Gateway,
};

/// Tells what a branch can sell, for customers; at most 300 ms old.
#[utoipa::path(
    get, path = "/api/shop/{brand}/{branch}/availability", tag = "shop", params(ByMethod),
    responses((status = 200, body = Availability))
)]
pub async fn get_shop_availability(
    State(gateway): State<Gateway>,
    shop: Shop,
    Params(by): Params<ByMethod>,
    headers: HeaderMap,
) -> Result<Response> {
    Ok(gateway
        .availabilities()
        .get(
            &gateway,
            &shop.place,
            by.method.unwrap_or(ServiceMethod::Pickup),
        )
        .await?
        .respond(&headers))
}
