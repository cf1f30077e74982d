use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::names::names_of;
use crate::{
    auth::Staff,
    rest::{Result, body::File, query::Params},
    state::Gateway,
};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StockImportOptions {
    /// Only tell what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, at most 200 characters; stands at each movement.
    #[serde(default)]
    pub reason: String,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockImportReport {
    /// The file was written.
    pub applied: bool,
    /// Items that are new.
    pub created: i32,
    /// Items changed or counted.
    pub updated: i32,
    /// Items the file leaves as they are.
    pub unchanged: i32,
    /// Every bad cell; when there is one nothing was written.
    pub problems: Vec<StockImportProblem>,
    /// What changes, at most the first 200 rows.
    pub rows: Vec<StockImportRow>,
}

/// A bad cell of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockImportProblem {
    /// Line in the file, from 1; the header is line 1.
    pub line: i32,
    /// Column, such as `quantity`.
    pub column: String,
    /// Stable reason.
    pub reason: String,
    /// The cell, at most 60 characters.
    pub value: String,
}

/// What an import does with one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockImportRow {
    /// Line in the file.
    pub line: i32,
    /// Name of the item.
    pub name: String,
    /// `created` or `updated`.
    pub change: String,
    /// What changes, such as `quantity 3 → 5`.
    pub detail: String,
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
/// A dry run writes nothing and tells what would change; with a bad row nothing is written and
/// every bad cell is listed. Refuses with `FILE_TOO_LARGE` and `FILE_TYPE`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/stock/import", tag = "stock",
    params(StockImportOptions), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = StockImportReport))
)]
pub async fn import_stock(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Params(options): Params<StockImportOptions>,
    File(content): File,
) -> Result<Json<StockImportReport>> {
    let names = names_of(&gateway, &staff, &branch_id).await?;
    let request = staff.request(pb::ImportStockRequest {
        branch_id,
        names,
        content,
        dry_run: options.dry_run,
        reason: options.reason,
    });
    let answer = gateway.stock().import_stock(request).await?.into_inner();
    Ok(Json(answer.into()))
}

impl From<pb::ImportStockResponse> for StockImportReport {
    fn from(report: pb::ImportStockResponse) -> Self {
        let problem = |it: pb::StockImportProblem| StockImportProblem {
            line: it.line,
            column: it.column,
            reason: it.reason,
            value: it.value,
        };
        let row = |it: pb::StockImportRow| StockImportRow {
            line: it.line,
            name: it.name,
            change: it.change,
            detail: it.detail,
        };
        Self {
            applied: report.applied,
            created: report.created,
            updated: report.updated,
            unchanged: report.unchanged,
            problems: report.problems.into_iter().map(problem).collect(),
            rows: report.rows.into_iter().map(row).collect(),
        }
    }
}
