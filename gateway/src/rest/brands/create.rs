use axum::{Json, extract::State};
use http::StatusCode;
use proto::catalog::v1 as pb;

use super::{BrandAnswer, BrandInput};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, idempotency::IdempotencyKey},
    state::Gateway,
};

/// Creates a brand.
///
/// Refuses with `CODE_TAKEN` (slug) and `VALIDATION_FAILED`.
#[utoipa::path(
    post, path = "/api/admin/brands", tag = "brands", params(IdempotencyKey),
    request_body = BrandInput, responses((status = 201, body = BrandAnswer))
)]
pub async fn create_brand(
    State(gateway): State<Gateway>,
    staff: Staff,
    key: IdempotencyKey,
    Body(input): Body<BrandInput>,
) -> Result<(StatusCode, Json<BrandAnswer>)> {
    let request = staff.request(pb::CreateBrandRequest {
        idempotency_key: key.key,
        brand: Some(input.into_wire(String::new())),
    });
    let answer = gateway.catalog().create_brand(request).await?.into_inner();
    Ok((StatusCode::CREATED, Json(answer.brand.try_into()?)))
}
