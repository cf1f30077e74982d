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

/// Archives an option group no product uses.
///
/// Refuses with `NOT_FOUND`, `VERSION_CONFLICT` and `VALIDATION_FAILED` (names the products).
#[utoipa::path(
    post, path = "/api/admin/option-groups/{option_group_id}/archive", tag = "option-groups",
    request_body = AtVersion, responses((status = 204))
)]
pub async fn archive_option_group(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(option_group_id): Path<String>,
    Body(at): Body<AtVersion>,
) -> Result<StatusCode> {
    let request = staff.request(pb::ArchiveOptionGroupRequest {
        option_group_id,
        version: at.version,
    });
    gateway.catalog().archive_option_group(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
