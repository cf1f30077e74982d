use axum::{Json, extract::State};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Limits;
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::all},
    state::Gateway,
};

/// Whose limits are given to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsCopyInput {
    /// Branch whose limits are given; or else a template.
    #[schema(format = Uuid)]
    pub from_branch_id: Option<String>,
    /// Template.
    #[schema(format = Uuid)]
    pub template_id: Option<String>,
    /// Branches that take them in the place of theirs, 1–100.
    pub to_branch_ids: Vec<String>,
}

/// Limits of several branches.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitsList {
    /// Limits of the branches named.
    pub limits: Vec<Limits>,
}

/// Gives the limits of a branch or of a template to branches of the same brand.
///
/// Refuses with `OUT_OF_SCOPE`, `CAPACITY_INVALID` and `NOT_FOUND`, before any branch is changed.
#[utoipa::path(
    post, path = "/api/admin/limits/copy", tag = "limits",
    request_body = LimitsCopyInput, responses((status = 200, body = LimitsList))
)]
pub async fn copy_limits(
    State(gateway): State<Gateway>,
    staff: Staff,
    Body(input): Body<LimitsCopyInput>,
) -> Result<Json<LimitsList>> {
    let request = staff.request(pb::CopyLimitsRequest {
        from_branch_id: input.from_branch_id.unwrap_or_default(),
        template_id: input.template_id.unwrap_or_default(),
        to_branch_ids: input.to_branch_ids,
    });
    let answer = gateway.capacity_limits().copy_limits(request).await?;
    Ok(Json(LimitsList {
        limits: all(answer.into_inner().limits)?,
    }))
}
