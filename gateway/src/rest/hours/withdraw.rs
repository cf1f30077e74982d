use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1::{self as pb, preview_hours_request::Change};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Decisions, StartedDecisions, affected_by, set::HoursChanged};
use crate::{
    auth::Staff,
    rest::{
        Result,
        body::Body,
        convert::{all, present},
    },
    state::Gateway,
};

/// The withdrawal of a pending change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursWithdrawal {
    /// Version of the hours it was read at.
    pub version: i64,
    /// What becomes of booked orders outside.
    #[serde(default)]
    pub decisions: Decisions,
}

/// Withdraws a pending change of hours.
///
/// Refuses with `VERSION_CONFLICT`, `ORDERS_AFFECTED` (the problem lists them) and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/hours/versions/{number}/withdraw", tag = "hours",
    request_body = HoursWithdrawal, responses((status = 200, body = HoursChanged))
)]
pub async fn withdraw_hours(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((branch_id, number)): Path<(String, i64)>,
    Body(input): Body<HoursWithdrawal>,
) -> Result<Json<HoursChanged>> {
    let request = staff.request(pb::WithdrawHoursRequest {
        branch_id: branch_id.clone(),
        number,
        version: input.version,
        decisions: Some(input.decisions.into_wire()),
    });
    let answer = match gateway.hours().withdraw_hours(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            let change = Change::WithdrawnNumber(number);
            return Err(affected_by(&gateway, &staff, status, branch_id, change).await);
        }
    };
    Ok(Json(HoursChanged {
        hours: present(answer.hours, "the hours")?.try_into()?,
        pending: all(answer.pending)?,
        started: answer.started.map(StartedDecisions::from),
    }))
}
