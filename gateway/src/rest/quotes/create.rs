use axum::extract::State;
use proto::ordering::v1 as pb;

use super::{Cart, attempt_keys};
use crate::{
    auth::Shop,
    json::convert::present,
    rest::{
        Result,
        body::Body,
        transcoded::{self, WrittenJson},
    },
    state::Gateway,
};

/// Prices a cart.
///
/// Refuses with `ITEM_NOT_FOUND`, `ITEM_NOT_AVAILABLE`, `OPTION_RULE`, `ORDER_TOO_LARGE` and
/// `AMOUNT_OUT_OF_RANGE`, all problems at once; stock and slot problems are warnings, and so are codes,
/// coupons and points that could not be looked up. `benefits` says what became of those that could.
#[utoipa::path(
    post, path = "/api/shop/{brand}/{branch}/quotes", tag = "shop", request_body = Cart,
    responses((status = 200, body = ref("#/components/schemas/PricedQuote")))
)]
pub async fn create_quote(
    State(gateway): State<Gateway>,
    shop: Shop,
    Body(cart): Body<Cart>,
) -> Result<WrittenJson> {
    gateway.limits().shop_write(&shop).await?;
    let request = shop.request(pb::QuoteRequest {
        contact_phone: cart.contact_phone.clone(),
        attempt_keys: attempt_keys(&shop),
        with_coupons: cart.with_coupons,
        cart: Some(cart.into_wire(shop.branch_id().to_owned())),
    });
    let response = gateway.ordering().quote(request).await?.into_inner();
    transcoded::json(&present(response.quote, "the quote")?)
}
