use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Pause, PauseChannel, PauseEnd, PauseReason, PauseScope, PauseTarget, known_target::known_target,
};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present, idempotency::IdempotencyKey},
    state::Gateway,
};

/// Something to be paused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseInput {
    /// What is to be paused; it must be on the branch's menu.
    pub target: PauseTarget,
    /// How far it reaches; this branch and those named when left out.
    pub scope: Option<PauseScope>,
    /// Further branches of the brand, at most 199, for `branches`.
    #[serde(default)]
    pub branch_ids: Vec<String>,
    /// Channels it concerns, each once; all when left out.
    #[serde(default)]
    pub channels: Vec<PauseChannel>,
    /// Why.
    pub reason: PauseReason,
    /// Words for the other staff, at most 200 characters; needed for `other`.
    #[serde(default)]
    pub note: String,
    /// When it ends; today when left out.
    pub end: Option<PauseEnd>,
    /// Only who has the whole brand may resume it.
    #[serde(default)]
    pub locked: bool,
}

/// Answer with one pause.
#[derive(Debug, Serialize, ToSchema)]
pub struct PauseAnswer {
    /// The pause.
    pub pause: Pause,
}

/// Pauses something in this branch, in several or in the whole brand.
///
/// Refuses with `VALIDATION_FAILED`, `SETTING_RANGE`, `IN_THE_PAST`, `IN_THE_FUTURE`, `TEXT_TOO_LONG`,
/// `REASON_REQUIRED`, `OUT_OF_SCOPE` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/pauses", tag = "pauses",
    params(IdempotencyKey), request_body = PauseInput, responses((status = 201, body = PauseAnswer))
)]
pub async fn create_pause(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    key: IdempotencyKey,
    Body(input): Body<PauseInput>,
) -> Result<(StatusCode, Json<PauseAnswer>)> {
    let known = known_target(&gateway, &staff, &branch_id, &input.target).await?;
    let reach = Reach::of(input.scope, branch_id, input.branch_ids, known.brand_id);
    let request = staff.request(pb::CreatePauseRequest {
        idempotency_key: key.key,
        target: Some(input.target.to_wire()),
        target_name: known.name,
        scope: reach.scope,
        branch_ids: reach.branch_ids,
        brand_id: reach.brand_id,
        channels: input.channels.iter().map(|one| one.to_wire()).collect(),
        reason: input.reason.to_wire(),
        note: input.note,
        end: input.end.as_ref().map(PauseEnd::to_wire),
        locked: input.locked,
        restock_sku_ids: known.sku_ids,
    });
    let answer = gateway.pauses().create_pause(request).await?.into_inner();
    let pause = present(answer.pause, "the pause")?.try_into()?;
    Ok((StatusCode::CREATED, Json(PauseAnswer { pause })))
}

/// How far a pause reaches, as services know it.
pub struct Reach {
    /// Scope.
    pub scope: i32,
    /// Branches, the one worked in first.
    pub branch_ids: Vec<String>,
    /// Brand, where it is paused as a whole.
    pub brand_id: String,
}

impl Reach {
    /// Of the branch worked in, with others beside it or as one of its brand.
    pub fn of(
        scope: Option<PauseScope>,
        branch_id: String,
        others: Vec<String>,
        brand_id: String,
    ) -> Self {
        let scope = scope.unwrap_or(PauseScope::Branches);
        let brand = scope == PauseScope::Brand;
        let mut branch_ids = vec![branch_id];
        for other in others {
            if !branch_ids.contains(&other) {
                branch_ids.push(other);
            }
        }
        Self {
            scope: scope.to_wire(),
            branch_ids: if brand { Vec::new() } else { branch_ids },
            brand_id: if brand { brand_id } else { String::new() },
        }
    }
}
