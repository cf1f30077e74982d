use axum::extract::{Path, State};
use proto::ordering::v1 as pb;

use crate::{
    auth::Shop,
    rest::{
        Result,
        transcoded::{self, WrittenJson},
    },
    state::Gateway,
};

/// Cancels an order as its customer, until it is accepted.
///
/// Refuses with `NOT_FOUND` and `ILLEGAL_TRANSITION`.
#[utoipa::path(
    post, path = "/api/shop/{brand}/{branch}/orders/{token}/cancel", tag = "shop",
    responses((status = 200, body = ref("#/components/schemas/CancelByTokenResponse")))
)]
pub async fn cancel_my_order(
    State(gateway): State<Gateway>,
    shop: Shop,
    Path((_, _, access_token)): Path<(String, String, String)>,
) -> Result<WrittenJson> {
    gateway.limits().shop_write(&shop).await?;
    let request = shop.request(pb::CancelByTokenRequest { access_token });
    let response = gateway.ordering().cancel_by_token(request).await?;
    transcoded::json(response.get_ref())
}
