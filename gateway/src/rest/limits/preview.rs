use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LimitRule, Overbooked, RULES_LIMIT_BYTES, rule};
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        body::Body,
        convert::{all, required_time, time},
        orders::{KnownOrder, known_orders},
    },
    state::Gateway,
};

/// Limits that are only thought about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsPreviewInput {
    /// Rules as they might be, at most 200.
    pub rules: Vec<LimitRule>,
    /// Past business day whose orders are tried; yesterday when left out.
    #[schema(format = Date)]
    pub business_day: Option<String>,
}

/// What limits would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitsPreview {
    /// Counters that would be beyond their limits from now on, at most 200, the earliest first.
    pub overbooked: Vec<Overbooked>,
    /// The day tried.
    #[schema(format = Date)]
    pub business_day: String,
    /// Orders of that day.
    pub orders: i64,
    /// Orders that would have been offered a later slot.
    pub moved: i64,
    /// Orders that would have found no slot on that day.
    pub refused: i64,
    /// Those orders, at most 200, by their slots.
    pub tried: Vec<TriedOrder>,
}

/// An order that would have fared otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriedOrder {
    /// Order.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// What ordering knows of it; null when it did not tell.
    pub order: Option<KnownOrder>,
    /// Slot it had.
    pub slot_starts_at: DateTime<Utc>,
    /// Slot it would have been offered; null for none.
    pub offered_at: Option<DateTime<Utc>>,
    /// Places in the request, from 0, of the rules in the way.
    pub rules: Vec<i32>,
}

/// Tells what limits would do: what would be 超訂 now, and how the orders of a past day would have fared.
///
/// Changes nothing. Refuses with `CAPACITY_INVALID`, `IN_THE_FUTURE` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/limits/preview", tag = "limits",
    request_body = LimitsPreviewInput, responses((status = 200, body = LimitsPreview))
)]
pub async fn preview_limits(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Body(input): Body<LimitsPreviewInput, RULES_LIMIT_BYTES>,
) -> Result<Json<LimitsPreview>> {
    let request = staff.request(pb::PreviewLimitsRequest {
        branch_id: branch_id.clone(),
        rules: rule::to_wire(input.rules),
        business_day: input.business_day.unwrap_or_default(),
    });
    let answer = gateway.capacity_limits().preview_limits(request).await?;
    let answer = answer.into_inner();
    let mut tried: Vec<TriedOrder> = all(answer.tried)?;
    if !tried.is_empty() {
        let days = BTreeSet::from([(branch_id, answer.business_day.clone())]);
        let mut known = known_orders(&gateway, &staff, days, &[]).await;
        for one in &mut tried {
            one.order = known.remove(&one.order_id).map(KnownOrder::from);
        }
    }
    Ok(Json(LimitsPreview {
        overbooked: all(answer.overbooked)?,
        business_day: answer.business_day,
        orders: answer.orders,
        moved: answer.moved,
        refused: answer.refused,
        tried,
    }))
}

impl TryFrom<pb::TriedOrder> for TriedOrder {
    type Error = Rejection;

    fn try_from(tried: pb::TriedOrder) -> Result<Self> {
        Ok(Self {
            slot_starts_at: required_time(tried.slot_starts_at, "the slot")?,
            offered_at: time(tried.offered_at),
            order_id: tried.order_id,
            order: None,
            rules: tried.rules,
        })
    }
}
