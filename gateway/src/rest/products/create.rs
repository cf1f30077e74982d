use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use proto::catalog::v1 as pb;

use super::{ProductAnswer, ProductInput};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, idempotency::IdempotencyKey},
    state::Gateway,
};

/// Creates a product.
///
/// Refuses with `CODE_TAKEN`, `AMOUNT_OUT_OF_RANGE`, `TEXT_TOO_LONG` and `VALIDATION_FAILED`.
#[utoipa::path(
    post, path = "/api/admin/brands/{brand_id}/products", tag = "products", params(IdempotencyKey),
    request_body = ProductInput, responses((status = 201, body = ProductAnswer))
)]
pub async fn create_product(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    key: IdempotencyKey,
    Body(input): Body<ProductInput>,
) -> Result<(StatusCode, Json<ProductAnswer>)> {
    let request = staff.request(pb::CreateProductRequest {
        idempotency_key: key.key,
        product: Some(input.into_wire(brand_id, String::new())),
    });
    let answer = gateway
        .catalog()
        .create_product(request)
        .await?
        .into_inner();
    Ok((StatusCode::CREATED, Json(answer.product.try_into()?)))
}
