use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::Staff,
    rest::{
        Result,
        body::Body,
        hours::{Decisions, StartedDecisions},
    },
    state::Gateway,
};

/// The removal of a special day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialDayRemoval {
    /// Version it was read at.
    pub version: i64,
    /// What becomes of booked orders outside.
    #[serde(default)]
    pub decisions: Decisions,
}

/// What came of removing a special day.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpecialDayRemoved {
    /// What is being done with booked orders; null where none is cancelled or moved.
    pub started: Option<StartedDecisions>,
}

/// Removes a special day.
///
/// Refuses with `ORDERS_AFFECTED`, `VERSION_CONFLICT` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/special-days/{special_day_id}/remove", tag = "hours",
    request_body = SpecialDayRemoval, responses((status = 200, body = SpecialDayRemoved))
)]
pub async fn remove_special_day(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(special_day_id): Path<String>,
    Body(input): Body<SpecialDayRemoval>,
) -> Result<Json<SpecialDayRemoved>> {
    let request = staff.request(pb::RemoveSpecialDayRequest {
        special_day_id,
        version: input.version,
        decisions: Some(input.decisions.into_wire()),
    });
    let answer = gateway.hours().remove_special_day(request).await?;
    Ok(Json(SpecialDayRemoved {
        started: answer.into_inner().started.map(StartedDecisions::from),
    }))
}
