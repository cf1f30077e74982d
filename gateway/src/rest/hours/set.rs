use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;

use super::{HoursAnswer, HoursInput};
use crate::{
    auth::Staff,
    rest::{Result, body::Body},
    state::Gateway,
};

/// Replaces a branch's weekly hours and slot settings.
///
/// Refuses with `HOURS_INVALID`, `HOURS_OVERLAP`, `SETTING_RANGE`, `VERSION_CONFLICT` and
/// `NOT_FOUND`.
#[utoipa::path(
    put, path = "/api/admin/branches/{branch_id}/hours", tag = "hours",
    request_body = HoursInput, responses((status = 200, body = HoursAnswer))
)]
pub async fn set_hours(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Body(input): Body<HoursInput>,
) -> Result<Json<HoursAnswer>> {
    let request = staff.request(pb::SetHoursRequest {
        hours: Some(input.into_wire(branch_id)),
    });
    let answer = gateway.capacity().set_hours(request).await?.into_inner();
    Ok(Json(answer.hours.try_into()?))
}
