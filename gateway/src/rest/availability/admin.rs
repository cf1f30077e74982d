use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;

use super::Availability;
use crate::{
    auth::Staff,
    rest::{Result, convert::present},
    state::Gateway,
};

/// Tells what a branch can sell, for staff.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/availability", tag = "availability",
    responses((status = 200, body = Availability))
)]
pub async fn get_branch_availability(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
) -> Result<Json<Availability>> {
    let request = staff.request(pb::GetAvailabilityRequest {
        branch_id,
        ..Default::default()
    });
    let answer = gateway
        .capacity()
        .get_availability(request)
        .await?
        .into_inner();
    Ok(Json(
        present(answer.availability, "the availability")?.try_into()?,
    ))
}
