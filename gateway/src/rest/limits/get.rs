use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;

use super::answer::LimitsAnswer;
use crate::{
    auth::Staff,
    rest::{Result, convert::present},
    state::Gateway,
};

/// Gets the limits of a branch, with what is booked beyond them.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/limits", tag = "limits",
    responses((status = 200, body = LimitsAnswer))
)]
pub async fn get_limits(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
) -> Result<Json<LimitsAnswer>> {
    let request = staff.request(pb::GetLimitsRequest { branch_id });
    let answer = gateway.capacity_limits().get_limits(request).await?;
    let limits = present(answer.into_inner().limits, "the limits")?;
    Ok(Json(LimitsAnswer {
        limits: limits.try_into()?,
    }))
}
