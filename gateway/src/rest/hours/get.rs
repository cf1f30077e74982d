use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;

use super::HoursAnswer;
use crate::{auth::Staff, rest::Result, state::Gateway};

/// Gets a branch's weekly hours and slot settings.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/hours", tag = "hours",
    responses((status = 200, body = HoursAnswer))
)]
pub async fn get_hours(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
) -> Result<Json<HoursAnswer>> {
    let request = staff.request(pb::GetHoursRequest { branch_id });
    let answer = gateway.capacity().get_hours(request).await?.into_inner();
    Ok(Json(answer.hours.try_into()?))
}
