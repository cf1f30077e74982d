use axum::extract::{Path, State};
use proto::ordering::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    auth::Shop,
    problem::Rejection,
    rest::{
        Result,
        body::Body,
        idempotency::IdempotencyKey,
        transcoded::{self, WrittenJson},
    },
    state::Gateway,
};

/// How an order is paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayOrder {
    /// Method.
    pub payment_method_id: String,
    /// One-time token that the provider's fields in the page made of the card; null for none.
    pub provider_token: Option<String>,
}

/// Starts an attempt to pay an order that waits for its payment.
///
/// Refuses with `NOT_FOUND`, `ILLEGAL_TRANSITION`, `METHOD_NOT_ALLOWED`, `ALREADY_PAID`,
/// `PAYMENT_CLOSED`, `ATTEMPTS_EXHAUSTED`, `PAYMENT_DECLINED`, `GATEWAY_UNAVAILABLE` and
/// `IDEMPOTENCY_MISMATCH`. Whatever the refusal, the order stays.
#[utoipa::path(
    post, path = "/api/shop/{brand}/{branch}/orders/{token}/pay", tag = "shop",
    params(IdempotencyKey), request_body = PayOrder,
    responses((status = 200, body = ref("#/components/schemas/PayOrderResponse")))
)]
pub async fn pay_my_order(
    State(gateway): State<Gateway>,
    shop: Shop,
    Path((_, _, access_token)): Path<(String, String, String)>,
    key: IdempotencyKey,
    Body(input): Body<PayOrder>,
) -> Result<WrittenJson> {
    gateway.limits().shop_write(&shop).await?;
    let place = &shop.place;
    let (brand, branch) = (&place.storefront.brand.slug, &place.branch.slug);
    let page = format!("/{brand}/{branch}/orders/{access_token}");
    let back_url = gateway.config().public_url.join(&page);
    let back_url = back_url.map_err(|error| Rejection::internal(error.into()))?;
    let request = shop.request(pb::PayOrderRequest {
        idempotency_key: key.key,
        access_token,
        payment_method_id: input.payment_method_id,
        provider_token: input.provider_token.unwrap_or_default(),
        back_url: back_url.into(),
    });
    let response = gateway.ordering().pay_order(request).await?;
    transcoded::json(response.get_ref())
}
