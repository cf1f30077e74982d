use axum::extract::{Path, State};
use http::StatusCode;
use proto::capacity::v1 as pb;

use crate::{auth::Staff, rest::Result, state::Gateway};

/// Deletes a template; branches that took it keep what they have.
///
/// Refuses with `OUT_OF_SCOPE` and `NOT_FOUND`.
#[utoipa::path(
    delete, path = "/api/admin/brands/{brand_id}/limit-templates/{template_id}", tag = "limits",
    responses((status = 204))
)]
pub async fn delete_limit_template(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((brand_id, template_id)): Path<(String, String)>,
) -> Result<StatusCode> {
    let request = staff.request(pb::DeleteLimitTemplateRequest {
        brand_id,
        template_id,
    });
    gateway
        .capacity_limits()
        .delete_limit_template(request)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
