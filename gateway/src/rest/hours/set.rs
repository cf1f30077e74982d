use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1::preview_hours_request::Change;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Hours, HoursInput, HoursVersion, StartedDecisions, affected_by};
use crate::{
    auth::Staff,
    rest::{
        Result,
        body::Body,
        convert::{all, present},
    },
    state::Gateway,
};

/// Hours after a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursChanged {
    /// The hours in force.
    pub hours: Hours,
    /// Changes that wait for their time, earliest first.
    pub pending: Vec<HoursVersion>,
    /// What is being done with booked orders; null where none is cancelled or moved.
    pub started: Option<StartedDecisions>,
}

/// Replaces a branch's weekly hours and slot settings, now or at a later time.
///
/// What is decided about booked orders is saved with the hours and carried out then. Refuses with `HOURS_INVALID`,
/// `HOURS_OVERLAP`, `SETTING_RANGE`, `IN_THE_PAST`, `EFFECTIVE_CONFLICT`,
/// `ORDERS_AFFECTED` (the problem lists them), `VERSION_CONFLICT` and `NOT_FOUND`.
#[utoipa::path(
    put, path = "/api/admin/branches/{branch_id}/hours", tag = "hours",
    request_body = HoursInput, responses((status = 200, body = HoursChanged))
)]
pub async fn set_hours(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Body(input): Body<HoursInput>,
) -> Result<Json<HoursChanged>> {
    let planned = input.clone().into_planned(branch_id.clone());
    let request = staff.request(input.into_wire(branch_id.clone()));
    let answer = match gateway.hours().set_hours(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            let change = Change::Hours(planned);
            return Err(affected_by(&gateway, &staff, status, branch_id, change).await);
        }
    };
    Ok(Json(HoursChanged {
        hours: present(answer.hours, "the hours")?.try_into()?,
        pending: all(answer.pending)?,
        started: answer.started.map(StartedDecisions::from),
    }))
}
