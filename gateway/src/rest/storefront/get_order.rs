use axum::{
    Json,
    extract::{Path, State},
};
use proto::ordering::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::Shop,
    rest::{Result, convert::present, orders::Order},
    state::Gateway,
};

/// An order as its customer may see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyOrder {
    /// The order; the contact is masked.
    pub order: Order,
    /// The customer may cancel now.
    pub may_cancel: bool,
}

/// Gets an order by the secret token of its link.
#[utoipa::path(
    get, path = "/api/shop/{brand}/{branch}/orders/{token}", tag = "shop",
    responses((status = 200, body = MyOrder))
)]
pub async fn get_my_order(
    State(gateway): State<Gateway>,
    shop: Shop,
    Path((_, _, access_token)): Path<(String, String, String)>,
) -> Result<Json<MyOrder>> {
    let request = shop.request(pb::GetOrderByTokenRequest { access_token });
    let answer = gateway
        .ordering()
        .get_order_by_token(request)
        .await?
        .into_inner();
    Ok(Json(MyOrder {
        order: present(answer.order, "the order")?.try_into()?,
        may_cancel: answer.may_cancel,
    }))
}
