use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;

use super::{BrandAnswer, BrandInput};
use crate::{
    auth::Staff,
    rest::{Result, body::Body},
    state::Gateway,
};

/// Changes a brand as a whole.
///
/// Refuses with `NOT_FOUND`, `VERSION_CONFLICT`, `CODE_TAKEN` and `VALIDATION_FAILED`.
#[utoipa::path(
    put, path = "/api/admin/brands/{brand_id}", tag = "brands",
    request_body = BrandInput, responses((status = 200, body = BrandAnswer))
)]
pub async fn update_brand(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    Body(input): Body<BrandInput>,
) -> Result<Json<BrandAnswer>> {
    let request = staff.request(pb::UpdateBrandRequest {
        brand: Some(input.into_wire(brand_id)),
    });
    let answer = gateway.catalog().update_brand(request).await?.into_inner();
    Ok(Json(answer.brand.try_into()?))
}
