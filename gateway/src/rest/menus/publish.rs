use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use super::MenuVersionList;
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::all, idempotency::IdempotencyKey},
    state::Gateway,
};

/// Where to publish.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// Branches; empty for all of the brand that are not closed, which needs the whole brand.
    #[serde(default)]
    pub branch_ids: Vec<String>,
}

/// Publishes the catalogue as a new immutable menu for each branch named.
///
/// Refuses with `GROUP_UNSATISFIABLE`, `VALIDATION_FAILED`, `OUT_OF_SCOPE` and `NOT_FOUND`; nothing is
/// published then, also when only one of the branches is out of scope.
#[utoipa::path(
    post, path = "/api/admin/brands/{brand_id}/publish", tag = "menus", params(IdempotencyKey),
    request_body = Publish, responses((status = 200, body = MenuVersionList))
)]
pub async fn publish(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    key: IdempotencyKey,
    Body(input): Body<Publish>,
) -> Result<Json<MenuVersionList>> {
    let request = staff.request(pb::PublishRequest {
        idempotency_key: key.key,
        brand_id,
        branch_ids: input.branch_ids,
    });
    let answer = gateway.catalog().publish(request).await?.into_inner();
    Ok(Json(MenuVersionList {
        versions: all(answer.versions)?,
    }))
}
