use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;

use super::{ProductAnswer, ProductInput};
use crate::{
    auth::Staff,
    rest::{Result, body::Body},
    state::Gateway,
};

/// Changes a product as a whole.
///
/// Refuses with `NOT_FOUND`, `VERSION_CONFLICT`, `CODE_TAKEN`, `AMOUNT_OUT_OF_RANGE` and
/// `VALIDATION_FAILED`.
#[utoipa::path(
    put, path = "/api/admin/products/{product_id}", tag = "products",
    request_body = ProductInput, responses((status = 200, body = ProductAnswer))
)]
pub async fn update_product(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(product_id): Path<String>,
    Body(input): Body<ProductInput>,
) -> Result<Json<ProductAnswer>> {
    let product = input.into_wire(String::new(), product_id);
    let request = staff.request(pb::UpdateProductRequest {
        product: Some(product),
    });
    let answer = gateway
        .catalog()
        .update_product(request)
        .await?
        .into_inner();
    Ok(Json(answer.product.try_into()?))
}
