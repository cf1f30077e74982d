use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::LimitRule;
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{all, required_time, text},
        query::{Page, Params},
    },
    state::Gateway,
};

/// A page of versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitVersionList {
    /// Versions, the latest first.
    pub versions: Vec<LimitVersion>,
    /// Token of the next page, null at the end.
    pub next_page_token: Option<String>,
}

/// Limits as they were from a time on.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitVersion {
    /// Number, from 1.
    pub version: i64,
    /// From when they counted.
    pub changed_at: DateTime<Utc>,
    /// Name of who changed them.
    pub changed_by: String,
    /// Why, may be empty.
    pub note: String,
    /// The rules.
    pub rules: Vec<LimitRule>,
}

/// Lists what the limits of a branch were, the latest first, a page at a time.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/limits/versions", tag = "limits",
    params(Page), responses((status = 200, body = LimitVersionList))
)]
pub async fn list_limit_versions(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Params(page): Params<Page>,
) -> Result<Json<LimitVersionList>> {
    let request = staff.request(pb::ListLimitVersionsRequest {
        branch_id,
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    });
    let answer = gateway.capacity_limits().list_limit_versions(request).await;
    let answer = answer?.into_inner();
    Ok(Json(LimitVersionList {
        versions: all(answer.versions)?,
        next_page_token: text(answer.next_page_token),
    }))
}

impl TryFrom<pb::LimitVersion> for LimitVersion {
    type Error = Rejection;

    fn try_from(version: pb::LimitVersion) -> Result<Self> {
        Ok(Self {
            changed_at: required_time(version.changed_at, "when the limits changed")?,
            version: version.version,
            changed_by: version.changed_by,
            note: version.note,
            rules: all(version.rules)?,
        })
    }
}
