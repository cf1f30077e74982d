use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::HoursVersion;
use crate::{
    auth::Staff,
    rest::{
        Result,
        convert::{all, text},
        query::{Page, Params},
    },
    state::Gateway,
};

/// A page of versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursVersionList {
    /// Versions, newest first.
    pub versions: Vec<HoursVersion>,
    /// Token of the next page, null at the end.
    pub next_page_token: Option<String>,
}

/// Lists the versions of a branch's hours, newest first, a page at a time.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/hours/versions", tag = "hours",
    params(Page), responses((status = 200, body = HoursVersionList))
)]
pub async fn list_hours_versions(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Params(page): Params<Page>,
) -> Result<Json<HoursVersionList>> {
    let request = staff.request(pb::ListHoursVersionsRequest {
        branch_id,
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    });
    let answer = gateway.hours().list_hours_versions(request).await?;
    let answer = answer.into_inner();
    Ok(Json(HoursVersionList {
        versions: all(answer.versions)?,
        next_page_token: text(answer.next_page_token),
    }))
}
