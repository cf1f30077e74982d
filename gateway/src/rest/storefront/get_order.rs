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

/// Gets an order by the secret token of its link.
#[utoipa::path(
    get, path = "/api/shop/{brand}/{branch}/orders/{token}", tag = "shop",
    responses((status = 200, body = ref("#/components/schemas/GetOrderByTokenResponse")))
)]
pub async fn get_my_order(
    State(gateway): State<Gateway>,
    shop: Shop,
    Path((_, _, access_token)): Path<(String, String, String)>,
) -> Result<WrittenJson> {
    let request = shop.request(pb::GetOrderByTokenRequest { access_token });
    let response = gateway.ordering().get_order_by_token(request).await?;
    transcoded::json(response.get_ref())
}
