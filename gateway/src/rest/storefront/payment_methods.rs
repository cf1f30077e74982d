use axum::extract::State;
use proto::ordering::v1 as pb;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Shop,
    json::method::Method,
    rest::{
        Result,
        query::Params,
        transcoded::{self, WrittenJson},
    },
    state::Gateway,
};

/// An order about to be placed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Purchase {
    /// How the customer gets it.
    pub method: Method,
    /// What it costs.
    pub amount: i64,
    /// For a test order, which accounts in test mode take.
    #[serde(default)]
    pub test: bool,
}

/// Lists the methods that an order may be paid by, those on site included.
#[utoipa::path(
    get, path = "/api/shop/{brand}/{branch}/payment-methods", tag = "shop", params(Purchase),
    responses((status = 200, body = ref("#/components/schemas/ListOrderPaymentMethodsResponse")))
)]
pub async fn list_shop_payment_methods(
    State(gateway): State<Gateway>,
    shop: Shop,
    Params(purchase): Params<Purchase>,
) -> Result<WrittenJson> {
    let request = shop.request(pb::ListOrderPaymentMethodsRequest {
        branch_id: shop.branch_id().to_owned(),
        method: purchase.method.to_wire(),
        amount: purchase.amount,
        test: purchase.test,
    });
    let response = gateway
        .ordering()
        .list_order_payment_methods(request)
        .await?;
    transcoded::json(response.get_ref())
}
