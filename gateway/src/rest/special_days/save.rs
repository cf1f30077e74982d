use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use proto::capacity::v1::{self as pb, preview_hours_request::Change};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Owner, SpecialDay, SpecialDayInput};
use crate::{
    auth::Staff,
    rest::{
        Result,
        body::Body,
        convert::present,
        hours::{StartedDecisions, affected_by},
        idempotency::IdempotencyKey,
    },
    state::Gateway,
};

/// A saved special day.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpecialDaySaved {
    /// The day.
    pub special_day: SpecialDay,
    /// What is being done with booked orders; null where none is cancelled or moved.
    pub started: Option<StartedDecisions>,
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
    let saving = Saving::new(key, Owner::Branch(branch_id));
    Ok((
        StatusCode::CREATED,
        saving.save(&gateway, &staff, input).await?,
    ))
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
    let saving = Saving::of(special_day_id, key, Owner::Branch(branch_id));
    saving.save(&gateway, &staff, input).await
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
    let saving = Saving::new(key, Owner::Brand(brand_id));
    Ok((
        StatusCode::CREATED,
        saving.save(&gateway, &staff, input).await?,
    ))
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
    let saving = Saving::of(special_day_id, key, Owner::Brand(brand_id));
    saving.save(&gateway, &staff, input).await
}

/// Which special day is saved, and by which request.
struct Saving {
    special_day_id: String,
    key: IdempotencyKey,
    owner: Owner,
}

impl Saving {
    /// A new day.
    fn new(key: IdempotencyKey, owner: Owner) -> Self {
        Self::of(String::new(), key, owner)
    }

    /// A day there is.
    fn of(special_day_id: String, key: IdempotencyKey, owner: Owner) -> Self {
        Self {
            special_day_id,
            key,
            owner,
        }
    }

    /// Saves it with what was decided about booked orders.
    async fn save(
        self,
        gateway: &Gateway,
        staff: &Staff,
        mut input: SpecialDayInput,
    ) -> Result<Json<SpecialDaySaved>> {
        let decisions = std::mem::take(&mut input.decisions).into_wire();
        let day = input.into_wire(self.special_day_id, self.owner);
        let request = staff.request(pb::SaveSpecialDayRequest {
            idempotency_key: self.key.key,
            special_day: Some(day.clone()),
            decisions: Some(decisions),
        });
        let answer = match gateway.hours().save_special_day(request).await {
            Ok(answer) => answer.into_inner(),
            Err(status) => {
                let (branch_id, change) = (day.branch_id.clone(), Change::SpecialDay(day));
                return Err(affected_by(gateway, staff, status, branch_id, change).await);
            }
        };
        Ok(Json(SpecialDaySaved {
            special_day: present(answer.special_day, "the special day")?.try_into()?,
            started: answer.started.map(StartedDecisions::from),
        }))
    }
}
