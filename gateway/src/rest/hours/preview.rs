use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1::{self as pb, preview_hours_request::Change};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Affected, HoursInput, affected::enrich};
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        availability::ServiceMethod,
        body::Body,
        convert::{all, required_time, stamp, text, time},
        special_days::{Owner, SpecialDay, SpecialDayInput},
    },
    state::Gateway,
};

/// What is asked; of the changes at most one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewInput {
    /// Method the offer is told for; null for 自取.
    pub method: Option<ServiceMethod>,
    /// Seen from then on; null for now, or for when planned hours take effect.
    pub from: Option<DateTime<Utc>>,
    /// The hours would be saved; their version and decisions are not read.
    pub hours: Option<HoursInput>,
    /// The pending change of this number would be withdrawn.
    pub withdrawn_number: Option<i64>,
    /// A special day would be saved.
    pub special_day: Option<PlannedSpecialDay>,
    /// The special day of this id would be removed.
    pub removed_special_day_id: Option<String>,
    /// Booked orders outside are counted and not listed: to follow what is being typed.
    #[serde(default)]
    pub count_only: bool,
}

/// A special day that would be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedSpecialDay {
    /// Id of the one it would replace, null for a new one.
    pub special_day_id: Option<String>,
    /// Brand it would be of; null for the branch's own.
    pub brand_id: Option<String>,
    /// The day.
    pub day: SpecialDayInput,
}

/// What a change would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursPreview {
    /// Today and the next 7 business days, or those from the asked time on.
    pub days: Vec<OfferedDay>,
    /// Booked orders that would fall outside.
    pub affected: Affected,
    /// Special days of branches that a locked day of the brand would make ignored.
    pub overridden: Vec<SpecialDay>,
}

/// What a storefront offers on a business day.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedDay {
    /// The day.
    #[schema(format = Date)]
    pub business_day: String,
    /// Openings that lie at least partly in it.
    pub openings: Vec<OfferedOpening>,
    /// Name of the special day on its date.
    pub special_day: Option<String>,
    /// Starts of the slots that can be ordered for, stock and fullness aside.
    pub slots: Vec<DateTime<Utc>>,
    /// It lies beyond the days that may be ordered ahead.
    pub beyond: bool,
}

/// A time without interruption in which the branch is open.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedOpening {
    /// Opens.
    pub from: DateTime<Utc>,
    /// Closes.
    pub to: DateTime<Utc>,
    /// When ordering ends; null where it never closes.
    pub last_order_at: Option<DateTime<Utc>>,
}

/// Tells what the storefront would offer after a change, and which booked orders would fall outside.
///
/// Changes nothing. Refuses as the change itself would, decisions and versions aside.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/hours/preview", tag = "hours",
    request_body = PreviewInput, responses((status = 200, body = HoursPreview))
)]
pub async fn preview_hours(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Body(input): Body<PreviewInput>,
) -> Result<Json<HoursPreview>> {
    let count_only = input.count_only;
    let request = staff.request(input.into_wire(branch_id)?);
    let mut answer = gateway.hours().preview_hours(request).await?.into_inner();
    if count_only {
        answer.affected.clear();
    }
    Ok(Json(HoursPreview {
        days: all(answer.days)?,
        affected: told(&gateway, &staff, answer.affected, answer.affected_total).await?,
        overridden: all(answer.overridden)?,
    }))
}

/// The refusal of a change, with the orders that are undecided where it is for their sake.
pub async fn affected_by(
    gateway: &Gateway,
    staff: &Staff,
    status: tonic::Status,
    branch_id: String,
    change: Change,
) -> Rejection {
    let refused = Rejection::from(status);
    if refused.reason() != "ORDERS_AFFECTED" {
        return refused;
    }
    let request = staff.request(pb::PreviewHoursRequest {
        branch_id,
        change: Some(change),
        ..Default::default()
    });
    let Ok(answer) = gateway.hours().preview_hours(request).await else {
        return refused;
    };
    let answer = answer.into_inner();
    match told(gateway, staff, answer.affected, answer.affected_total).await {
        Ok(affected) => match serde_json::to_value(affected) {
            Ok(affected) => refused.enclosing("affected", affected),
            Err(_) => refused,
        },
        Err(_) => refused,
    }
}

async fn told(
    gateway: &Gateway,
    staff: &Staff,
    orders: Vec<pb::AffectedOrder>,
    total: i32,
) -> Result<Affected> {
    let mut orders = all(orders)?;
    enrich(gateway, staff, &mut orders).await;
    Ok(Affected::new(orders, total))
}

impl PreviewInput {
    fn into_wire(self, branch_id: String) -> Result<pb::PreviewHoursRequest> {
        let special_day = self.special_day.map(|planned| {
            let whose = match planned.brand_id {
                Some(brand_id) => Owner::Brand(brand_id),
                None => Owner::Branch(branch_id.clone()),
            };
            let special_day_id = planned.special_day_id.unwrap_or_default();
            Change::SpecialDay(planned.day.into_wire(special_day_id, whose))
        });
        let hours = self
            .hours
            .map(|hours| hours.into_planned(branch_id.clone()));
        let changes = [
            hours.map(Change::Hours),
            self.withdrawn_number.map(Change::WithdrawnNumber),
            special_day,
            self.removed_special_day_id.map(Change::RemovedSpecialDayId),
        ];
        let mut changes = changes.into_iter().flatten();
        let change = changes.next();
        if changes.next().is_some() {
            return Err(Rejection::new("VALIDATION_FAILED")
                .message("name one change at most")
                .field("body", "VALIDATION_FAILED"));
        }
        Ok(pb::PreviewHoursRequest {
            branch_id,
            method: self.method.map_or(0, ServiceMethod::to_wire),
            from: self.from.map(stamp),
            change,
        })
    }
}

impl TryFrom<pb::OfferedDay> for OfferedDay {
    type Error = Rejection;

    fn try_from(day: pb::OfferedDay) -> Result<Self> {
        let slots = day.slots.into_iter();
        Ok(Self {
            business_day: day.business_day,
            openings: all(day.openings)?,
            special_day: text(day.special_day),
            slots: slots
                .map(|at| required_time(Some(at), "the start of a slot"))
                .collect::<Result<_>>()?,
            beyond: day.beyond,
        })
    }
}

impl TryFrom<pb::OfferedOpening> for OfferedOpening {
    type Error = Rejection;

    fn try_from(opening: pb::OfferedOpening) -> Result<Self> {
        Ok(Self {
            from: required_time(opening.from, "when it opens")?,
            to: required_time(opening.to, "when it closes")?,
            last_order_at: time(opening.last_order_at),
        })
    }
}
