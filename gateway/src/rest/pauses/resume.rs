use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use super::create::PauseAnswer;
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present},
    state::Gateway,
};

/// Which end of a pause is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumeInput {
    /// Version it was read at.
    pub version: i64,
    /// In all of its branches, not only in this one.
    #[serde(default)]
    pub everywhere: bool,
}

/// Ends a pause in this branch or everywhere; one that has ended already is answered as it is.
///
/// Refuses with `FIELD_LOCKED`, `OUT_OF_SCOPE`, `VERSION_CONFLICT` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/pauses/{pause_id}/resume", tag = "pauses",
    request_body = ResumeInput, responses((status = 200, body = PauseAnswer))
)]
pub async fn resume_pause(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((branch_id, pause_id)): Path<(String, String)>,
    Body(input): Body<ResumeInput>,
) -> Result<Json<PauseAnswer>> {
    let branch_id = if input.everywhere {
        String::new()
    } else {
        branch_id
    };
    let request = staff.request(pb::ResumePauseRequest {
        pause_id,
        branch_id,
        version: input.version,
    });
    let answer = gateway.pauses().resume_pause(request).await?.into_inner();
    Ok(Json(PauseAnswer {
        pause: present(answer.pause, "the pause")?.try_into()?,
    }))
}
