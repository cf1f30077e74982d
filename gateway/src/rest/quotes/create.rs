use axum::{Json, extract::State};
use proto::ordering::v1 as pb;

use super::{Cart, Quote};
use crate::{
    auth::Shop,
    rest::{Result, body::Body, convert::present},
    state::Gateway,
};

/// Prices a cart.
///
/// Refuses with `ITEM_NOT_FOUND`, `ITEM_NOT_AVAILABLE`, `OPTION_RULE`, `ORDER_TOO_LARGE` and
/// `AMOUNT_OUT_OF_RANGE`, all problems at once; stock and slot problems are warnings.
#[utoipa::path(
    post, path = "/api/shop/{brand}/{branch}/quotes", tag = "shop",
    request_body = Cart, responses((status = 200, body = Quote))
)]
pub async fn create_quote(
    State(gateway): State<Gateway>,
    shop: Shop,
    Body(cart): Body<Cart>,
) -> Result<Json<Quote>> {
    gateway.limits().shop_write(&shop).await?;
    let cart = cart.into_wire(shop.branch_id().to_owned());
    let request = shop.request(pb::QuoteRequest { cart: Some(cart) });
    let answer = gateway.ordering().quote(request).await?.into_inner();
    Ok(Json(present(answer.quote, "the quote")?.try_into()?))
}
