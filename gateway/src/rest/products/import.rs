use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Staff,
    rest::{
        Result,
        body::File,
        query::{Params, items},
    },
    state::Gateway,
};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportOptions {
    /// Only tell what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// Option groups given to products that are created, separated by commas.
    pub option_group_ids: Option<String>,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// The file was written.
    pub applied: bool,
    /// Products created.
    pub created: i32,
    /// Products changed.
    pub updated: i32,
    /// Products the file leaves as they are.
    pub unchanged: i32,
    /// Categories created.
    pub categories_created: i32,
    /// Every bad cell; when there is one nothing was written.
    pub problems: Vec<ImportProblem>,
    /// What happens to each product, at most 200 rows; those that take something away come first.
    pub rows: Vec<ImportRow>,
    /// What the file takes away, from most products first; at most 100.
    pub removals: Vec<ImportRemoval>,
    /// Products that lose something.
    pub losing: i32,
}

/// Something that a file takes away from products.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportRemoval {
    /// Column, such as `price_hot`.
    pub column: String,
    /// What is removed from a list, such as the name of an option group; empty where the cell holds
    /// one value.
    pub item: String,
    /// Products that lose it.
    pub products: i32,
}

/// A bad cell of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportProblem {
    /// Line in the file, from 1; the header is line 1.
    pub line: i32,
    /// Column, such as `price_cold`.
    pub column: String,
    /// Stable reason.
    pub reason: String,
    /// The cell, at most 60 characters.
    pub value: String,
}

/// What an import does with one product.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportRow {
    /// Line in the file.
    pub line: i32,
    /// Name of the product.
    pub name: String,
    /// `created`, `updated` or `unchanged`.
    pub change: String,
    /// What changes in a product that is there already.
    pub changes: Vec<ImportChange>,
}

/// What an import changes in one column of a product.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportChange {
    /// Column, such as `price_cold`.
    pub column: String,
    /// Before, at most 60 characters; empty for nothing. Lists are joined by `|`.
    pub before: String,
    /// After, as `before`.
    pub after: String,
    /// What is there no more: items of a list, or the value that is emptied.
    pub removed: Vec<String>,
}

/// Imports products from CSV (UTF-8 or Big5).
///
/// A column that the file lacks changes nothing. A dry run writes nothing and tells what would
/// change; with a bad row nothing is written and every bad row is listed. Refuses with
/// `FILE_TOO_LARGE` and `FILE_TYPE`.
#[utoipa::path(
    post, path = "/api/admin/brands/{brand_id}/products/import", tag = "products",
    params(ImportOptions), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ImportReport))
)]
pub async fn import_products(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    Params(options): Params<ImportOptions>,
    File(content): File,
) -> Result<Json<ImportReport>> {
    let request = staff.request(pb::ImportProductsRequest {
        brand_id,
        content,
        dry_run: options.dry_run,
        option_group_ids: items(options.option_group_ids.as_deref()),
    });
    let answer = gateway
        .catalog()
        .import_products(request)
        .await?
        .into_inner();
    Ok(Json(answer.into()))
}

impl From<pb::ImportProductsResponse> for ImportReport {
    fn from(report: pb::ImportProductsResponse) -> Self {
        Self {
            applied: report.applied,
            created: report.created,
            updated: report.updated,
            unchanged: report.unchanged,
            categories_created: report.categories_created,
            problems: report
                .problems
                .into_iter()
                .map(ImportProblem::from)
                .collect(),
            rows: report.rows.into_iter().map(ImportRow::from).collect(),
            removals: report
                .removals
                .into_iter()
                .map(ImportRemoval::from)
                .collect(),
            losing: report.losing,
        }
    }
}

impl From<pb::ImportRemoval> for ImportRemoval {
    fn from(removal: pb::ImportRemoval) -> Self {
        Self {
            column: removal.column,
            item: removal.item,
            products: removal.products,
        }
    }
}

impl From<pb::ImportChange> for ImportChange {
    fn from(change: pb::ImportChange) -> Self {
        Self {
            column: change.column,
            before: change.before,
            after: change.after,
            removed: change.removed,
        }
    }
}

impl From<pb::ImportProblem> for ImportProblem {
    fn from(problem: pb::ImportProblem) -> Self {
        Self {
            line: problem.line,
            column: problem.column,
            reason: problem.reason,
            value: problem.value,
        }
    }
}

impl From<pb::ImportRow> for ImportRow {
    fn from(row: pb::ImportRow) -> Self {
        Self {
            line: row.line,
            name: row.name,
            change: row.change,
            changes: row.changes.into_iter().map(ImportChange::from).collect(),
        }
    }
}
