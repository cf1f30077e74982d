use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;

use super::{BranchAnswer, BranchInput};
use crate::{
    auth::Staff,
    rest::{Result, body::Body},
    state::Gateway,
};

/// Changes a branch as a whole.
///
/// Refuses with `NOT_FOUND`, `VERSION_CONFLICT`, `CODE_TAKEN` and `VALIDATION_FAILED`.
#[utoipa::path(
    put, path = "/api/admin/branches/{branch_id}", tag = "branches",
    request_body = BranchInput, responses((status = 200, body = BranchAnswer))
)]
pub async fn update_branch(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Body(input): Body<BranchInput>,
) -> Result<Json<BranchAnswer>> {
    let request = staff.request(pb::UpdateBranchRequest {
        branch: Some(input.into_wire(branch_id)),
    });
    let answer = gateway.catalog().update_branch(request).await?.into_inner();
    Ok(Json(answer.branch.try_into()?))
}
