use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use proto::catalog::v1 as pb;

use crate::{auth::Staff, rest::Result, state::Gateway};

/// Exports a brand's products as CSV that imports to the same.
#[utoipa::path(
    get, path = "/api/admin/brands/{brand_id}/products/export", tag = "products",
    responses((status = 200, body = String, content_type = "text/csv"))
)]
pub async fn export_products(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
) -> Result<impl IntoResponse> {
    let request = staff.request(pb::ExportProductsRequest { brand_id });
    let answer = gateway
        .catalog()
        .export_products(request)
        .await?
        .into_inner();
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"products.csv\""),
    ];
    Ok((headers, answer.content))
}
