use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{LimitRule, RULES_LIMIT_BYTES, answer::LimitsAnswer, rule};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present},
    state::Gateway,
};

/// Limits as they shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsInput {
    /// Rules, at most 200.
    pub rules: Vec<LimitRule>,
    /// Version they were read at.
    pub version: i64,
    /// Why, at most 200 characters.
    #[serde(default)]
    pub note: String,
}

/// Replaces the limits of a branch; what is booked beyond a lowered limit stays and is told.
///
/// Refuses with `CAPACITY_INVALID`, `TEXT_TOO_LONG`, `VERSION_CONFLICT` and `NOT_FOUND`, all problems
/// at once.
#[utoipa::path(
    put, path = "/api/admin/branches/{branch_id}/limits", tag = "limits",
    request_body = LimitsInput, responses((status = 200, body = LimitsAnswer))
)]
pub async fn set_limits(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Body(input): Body<LimitsInput, RULES_LIMIT_BYTES>,
) -> Result<Json<LimitsAnswer>> {
    let request = staff.request(pb::SetLimitsRequest {
        branch_id,
        rules: rule::to_wire(input.rules),
        version: input.version,
        note: input.note,
    });
    let answer = gateway.capacity_limits().set_limits(request).await?;
    let limits = present(answer.into_inner().limits, "the limits")?;
    Ok(Json(LimitsAnswer {
        limits: limits.try_into()?,
    }))
}
