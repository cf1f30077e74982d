use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use proto::capacity::v1::{self as pb, preview_hours_request::Change};
use serde::Serialize;
use utoipa::ToSchema;

use super::{SpecialDay, SpecialDayInput};
use crate::{
    auth::Staff,
    rest::{
        Result,
        body::Body,
        convert::present,
        hours::{Cancellation, MovedOrder, affected_by, cancel, reschedule},
        idempotency::IdempotencyKey,
    },
    state::Gateway,
};

/// A saved special day.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpecialDaySaved {
    /// The day.
    pub special_day: SpecialDay,
    /// What came of the orders that were to be cancelled.
    pub cancellations: Vec<Cancellation>,
    /// What came of the orders that were to be moved to other slots.
    pub moves: Vec<MovedOrder>,
}

/// Creates a special day of a branch.
///
/// Refuses with `HOURS_INVALID`, `HOURS_OVERLAP`, `IN_THE_PAST`, `SETTING_RANGE`, `TEXT_TOO_LONG`,
/// `VALIDATION_FAILED`, `FIELD_LOCKED`, `ORDERS_AFFECTED` (the problem lists them) and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/special-days", tag = "hours",
    params(IdempotencyKey), request_body = SpecialDayInput,
    responses((status = 201, body = SpecialDaySaved))
)]
pub async fn create_branch_special_day(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    key: IdempotencyKey,
    Body(input): Body<SpecialDayInput>,
) -> Result<(StatusCode, Json<SpecialDaySaved>)> {
    let whose = (String::new(), branch_id);
    let saved = save(&gateway, &staff, key, String::new(), whose, input).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// Changes a special day of a branch; refuses as its creation does, and with `VERSION_CONFLICT`.
#[utoipa::path(
    put, path = "/api/admin/branches/{branch_id}/special-days/{special_day_id}", tag = "hours",
    params(IdempotencyKey), request_body = SpecialDayInput,
    responses((status = 200, body = SpecialDaySaved))
)]
pub async fn update_branch_special_day(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((branch_id, special_day_id)): Path<(String, String)>,
    key: IdempotencyKey,
    Body(input): Body<SpecialDayInput>,
) -> Result<Json<SpecialDaySaved>> {
    let whose = (String::new(), branch_id);
    let saved = save(&gateway, &staff, key, special_day_id, whose, input).await?;
    Ok(Json(saved))
}

/// Creates a special day of all branches of a brand; refuses as that of a branch does.
#[utoipa::path(
    post, path = "/api/admin/brands/{brand_id}/special-days", tag = "hours",
    params(IdempotencyKey), request_body = SpecialDayInput,
    responses((status = 201, body = SpecialDaySaved))
)]
pub async fn create_brand_special_day(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    key: IdempotencyKey,
    Body(input): Body<SpecialDayInput>,
) -> Result<(StatusCode, Json<SpecialDaySaved>)> {
    let whose = (brand_id, String::new());
    let saved = save(&gateway, &staff, key, String::new(), whose, input).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// Changes a special day of a brand; refuses as its creation does, and with `VERSION_CONFLICT`.
#[utoipa::path(
    put, path = "/api/admin/brands/{brand_id}/special-days/{special_day_id}", tag = "hours",
    params(IdempotencyKey), request_body = SpecialDayInput,
    responses((status = 200, body = SpecialDaySaved))
)]
pub async fn update_brand_special_day(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((brand_id, special_day_id)): Path<(String, String)>,
    key: IdempotencyKey,
    Body(input): Body<SpecialDayInput>,
) -> Result<Json<SpecialDaySaved>> {
    let whose = (brand_id, String::new());
    let saved = save(&gateway, &staff, key, special_day_id, whose, input).await?;
    Ok(Json(saved))
}

async fn save(
    gateway: &Gateway,
    staff: &Staff,
    key: IdempotencyKey,
    special_day_id: String,
    whose: (String, String),
    mut input: SpecialDayInput,
) -> Result<SpecialDaySaved> {
    let branch_id = whose.1.clone();
    let changes = input.decisions.slot_changes()?;
    let (decisions, keep_others) = std::mem::take(&mut input.decisions).into_wire();
    let day = input.into_wire(special_day_id, whose);
    let request = staff.request(pb::SaveSpecialDayRequest {
        idempotency_key: key.key,
        special_day: Some(day.clone()),
        decisions,
        keep_others,
    });
    let answer = match gateway.hours().save_special_day(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            let change = Change::SpecialDay(day);
            return Err(affected_by(gateway, staff, status, branch_id, change).await);
        }
    };
    Ok(SpecialDaySaved {
        special_day: present(answer.special_day, "the special day")?.try_into()?,
        cancellations: cancel(gateway, staff, answer.to_cancel).await?,
        moves: reschedule(gateway, staff, changes).await,
    })
}
