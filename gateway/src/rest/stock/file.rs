use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use proto::capacity::v1 as pb;
use serde::Deserialize;
use utoipa::IntoParams;

use super::names::names_of;
use crate::{
    auth::Staff,
    rest::{
        Result,
        body::File,
        query::Params,
        transcoded::{self, WrittenJson},
    },
    state::Gateway,
};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StockImportOptions {
    /// Only report what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, at most 200 characters; stands at each movement.
    #[serde(default)]
    pub reason: String,
}

/// Exports a branch's stock as CSV that imports to the same.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/stock/export", tag = "stock",
    responses((status = 200, body = String, content_type = "text/csv"))
)]
pub async fn export_stock(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
) -> Result<impl IntoResponse> {
    let names = names_of(&gateway, &staff, &branch_id).await?;
    let request = staff.request(pb::ExportStockRequest { branch_id, names });
    let answer = gateway.stock().export_stock(request).await?.into_inner();
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"stock.csv\""),
    ];
    Ok((headers, answer.content))
}

/// Imports a branch's stock from CSV (UTF-8 or Big5), all of it or nothing.
///
/// A dry run writes nothing and reports what would change; with a bad row nothing is written and
/// every bad cell is listed. Refuses with `FILE_TOO_LARGE` and `FILE_TYPE`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/stock/import", tag = "stock",
    params(StockImportOptions), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ref("#/components/schemas/ImportStockResponse")))
)]
pub async fn import_stock(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Params(options): Params<StockImportOptions>,
    File(content): File,
) -> Result<WrittenJson> {
    let names = names_of(&gateway, &staff, &branch_id).await?;
    let request = staff.request(pb::ImportStockRequest {
        branch_id,
        names,
        content,
        dry_run: options.dry_run,
        reason: options.reason,
    });
    let report = gateway.stock().import_stock(request).await?;
    transcoded::json(report.get_ref())
}
