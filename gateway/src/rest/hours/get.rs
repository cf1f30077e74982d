use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Hours, HoursVersion};
use crate::{
    auth::Staff,
    rest::{
        Result,
        convert::{all, present},
    },
    state::Gateway,
};

/// A branch's hours and what is to come.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursAnswer {
    /// The hours in force.
    pub hours: Hours,
    /// Changes that wait for their time, earliest first.
    pub pending: Vec<HoursVersion>,
}

/// Gets a branch's weekly hours and slot settings in force, and what is pending.
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
    let answer = gateway.hours().get_hours(request).await?.into_inner();
    Ok(Json(HoursAnswer {
        hours: present(answer.hours, "the hours")?.try_into()?,
        pending: all(answer.pending)?,
    }))
}
