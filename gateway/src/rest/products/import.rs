use axum::extract::{Path, State};
use proto::catalog::v1 as pb;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Staff,
    rest::{
        Result,
        body::File,
        query::{Params, items},
        transcoded::{self, WrittenJson},
    },
    state::Gateway,
};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportOptions {
    /// Only report what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// Option groups given to products that are created, separated by commas.
    pub option_group_ids: Option<String>,
}

/// Imports products from CSV (UTF-8 or Big5).
///
/// A column that the file lacks changes nothing. A dry run writes nothing and reports what would
/// change; with a bad row nothing is written and every bad row is listed. Refuses with
/// `FILE_TOO_LARGE` and `FILE_TYPE`.
#[utoipa::path(
    post, path = "/api/admin/brands/{brand_id}/products/import", tag = "products",
    params(ImportOptions), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ref("#/components/schemas/ImportProductsResponse")))
)]
pub async fn import_products(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    Params(options): Params<ImportOptions>,
    File(content): File,
) -> Result<WrittenJson> {
    let request = staff.request(pb::ImportProductsRequest {
        brand_id,
        content,
        dry_run: options.dry_run,
        option_group_ids: items(options.option_group_ids.as_deref()),
    });
    let report = gateway.catalog().import_products(request).await?;
    transcoded::json(report.get_ref())
}
