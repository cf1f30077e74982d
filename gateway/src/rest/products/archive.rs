use axum::extract::{Path, State};
use http::StatusCode;
use proto::catalog::v1 as pb;

use crate::{
    auth::Staff,
    rest::{
        Result,
        body::{AtVersion, Body},
    },
    state::Gateway,
};

/// Archives a product.
///
/// Refuses with `NOT_FOUND` and `VERSION_CONFLICT`.
#[utoipa::path(
    post, path = "/api/admin/products/{product_id}/archive", tag = "products",
    request_body = AtVersion, responses((status = 204))
)]
pub async fn archive_product(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(product_id): Path<String>,
    Body(at): Body<AtVersion>,
) -> Result<StatusCode> {
    let request = staff.request(pb::ArchiveProductRequest {
        product_id,
        version: at.version,
    });
    gateway.catalog().archive_product(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
