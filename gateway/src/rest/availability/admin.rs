use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;

use crate::{
    auth::Staff,
    json::{
        availability::{Availability, Wanted},
        convert::present,
        method::Method,
    },
    rest::{Result, query::Params},
    state::Gateway,
};

/// Gets what a branch can sell, for staff.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/availability", tag = "availability", params(Wanted),
    responses((status = 200, body = Availability))
)]
pub async fn get_branch_availability(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<Availability>> {
    let request = staff.request(pb::GetAvailabilityRequest {
        branch_id,
        method: wanted.method.map_or(0, Method::to_wire),
        business_day: wanted.day.map(|day| day.to_string()).unwrap_or_default(),
        ..Default::default()
    });
    let answer = gateway
        .availability()
        .get_availability(request)
        .await?
        .into_inner();
    Ok(Json(
        present(answer.availability, "the availability")?.try_into()?,
    ))
}
