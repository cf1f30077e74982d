use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;

use super::ProductAnswer;
use crate::{auth::Staff, rest::Result, state::Gateway};

/// Gets one product.
#[utoipa::path(
    get, path = "/api/admin/products/{product_id}", tag = "products",
    responses((status = 200, body = ProductAnswer))
)]
pub async fn get_product(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(product_id): Path<String>,
) -> Result<Json<ProductAnswer>> {
    let request = staff.request(pb::GetProductRequest { product_id });
    let answer = gateway.catalog().get_product(request).await?.into_inner();
    Ok(Json(answer.product.try_into()?))
}
