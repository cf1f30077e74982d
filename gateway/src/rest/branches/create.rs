use axum::{Json, extract::State};
use http::StatusCode;
use proto::catalog::v1 as pb;

use super::{BranchAnswer, BranchInput};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, idempotency::IdempotencyKey},
    state::Gateway,
};

/// Creates a branch.
///
/// Refuses with `CODE_TAKEN` (code or slug), `PHONE_INVALID`, `NOT_FOUND` and `VALIDATION_FAILED`.
#[utoipa::path(
    post, path = "/api/admin/branches", tag = "branches", params(IdempotencyKey),
    request_body = BranchInput, responses((status = 201, body = BranchAnswer))
)]
pub async fn create_branch(
    State(gateway): State<Gateway>,
    staff: Staff,
    key: IdempotencyKey,
    Body(input): Body<BranchInput>,
) -> Result<(StatusCode, Json<BranchAnswer>)> {
    let request = staff.request(pb::CreateBranchRequest {
        idempotency_key: key.key,
        branch: Some(input.into_wire(String::new())),
    });
    let answer = gateway.catalog().create_branch(request).await?.into_inner();
    Ok((StatusCode::CREATED, Json(answer.branch.try_into()?)))
}
