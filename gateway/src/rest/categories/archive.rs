use axum::extract::{Path, State};
use http::StatusCode;
use proto::catalog::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    auth::Staff,
    rest::{Result, body::Body},
    state::Gateway,
};

/// What archiving a category needs to know.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchiveCategory {
    /// Version it was read at.
    pub version: i64,
    /// Category its products go to; needed when it has any.
    #[schema(format = Uuid)]
    pub move_products_to: Option<String>,
}

/// Archives a category; its products go to the one named.
///
/// Refuses with `NOT_FOUND`, `VERSION_CONFLICT` and `VALIDATION_FAILED`.
#[utoipa::path(
    post, path = "/api/admin/categories/{category_id}/archive", tag = "categories",
    request_body = ArchiveCategory, responses((status = 204))
)]
pub async fn archive_category(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(category_id): Path<String>,
    Body(input): Body<ArchiveCategory>,
) -> Result<StatusCode> {
    let request = staff.request(pb::ArchiveCategoryRequest {
        category_id,
        version: input.version,
        move_products_to: input.move_products_to.unwrap_or_default(),
    });
    gateway.catalog().archive_category(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
