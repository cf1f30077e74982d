use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    PauseChannel, PauseEnd, PauseScope, PauseTarget, create::Reach, known_target::known_target,
};
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        body::Body,
        convert::{all, required_time},
    },
    state::Gateway,
};

/// A pause that is only thought about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PausePreviewInput {
    /// What would be paused.
    pub target: PauseTarget,
    /// How far it would reach; this branch and those named when left out.
    pub scope: Option<PauseScope>,
    /// Further branches of the brand, for `branches`.
    #[serde(default)]
    pub branch_ids: Vec<String>,
    /// Channels it would concern; all when left out.
    #[serde(default)]
    pub channels: Vec<PauseChannel>,
    /// When it would end; today when left out.
    pub end: Option<PauseEnd>,
}

/// What a pause would touch.
#[derive(Debug, Serialize, ToSchema)]
pub struct PausePreview {
    /// Open and future orders due before its end that contain the target, the next due first, at most 100.
    pub orders: Vec<OrderWithTarget>,
    /// How many there are in all.
    pub order_count: i32,
}

/// An order that contains what would be paused.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderWithTarget {
    /// Order.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// Branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
}

/// Tells which orders contain something that is to be paused; changes nothing.
///
/// Refuses with `VALIDATION_FAILED`, `OUT_OF_SCOPE` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/pauses/preview", tag = "pauses",
    request_body = PausePreviewInput, responses((status = 200, body = PausePreview))
)]
pub async fn preview_pause(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Body(input): Body<PausePreviewInput>,
) -> Result<Json<PausePreview>> {
    let known = known_target(&gateway, &staff, &branch_id, &input.target).await?;
    let reach = Reach::of(input.scope, branch_id, input.branch_ids, known.brand_id);
    let request = staff.request(pb::PreviewPauseRequest {
        branch_ids: reach.branch_ids,
        scope: reach.scope,
        brand_id: reach.brand_id,
        target: Some(input.target.to_wire()),
        channels: input.channels.iter().map(|one| one.to_wire()).collect(),
        end: input.end.as_ref().map(PauseEnd::to_wire),
    });
    let answer = gateway.pauses().preview_pause(request).await?.into_inner();
    Ok(Json(PausePreview {
        orders: all(answer.orders)?,
        order_count: answer.order_count,
    }))
}

impl TryFrom<pb::OrderWithTarget> for OrderWithTarget {
    type Error = Rejection;

    fn try_from(order: pb::OrderWithTarget) -> std::result::Result<Self, Rejection> {
        Ok(Self {
            promised_at: required_time(order.promised_at, "promised_at")?,
            order_id: order.order_id,
            branch_id: order.branch_id,
        })
    }
}
