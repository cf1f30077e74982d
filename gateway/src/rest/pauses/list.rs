use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Pause;
use crate::{
    auth::Staff,
    rest::{
        Result,
        convert::{all, text},
        query::{Page, Params},
    },
    state::Gateway,
};

/// Which pauses to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PauseFilter {
    /// Those that ended, the latest first, instead of those that last.
    pub ended: Option<bool>,
}

/// A page of pauses.
#[derive(Debug, Serialize, ToSchema)]
pub struct PauseList {
    /// Pauses of this page.
    pub pauses: Vec<Pause>,
    /// Token of the next page, null at the end.
    pub next_page_token: Option<String>,
}

/// Lists the pauses of a branch: those that last, the next to end first, or those that ended.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/pauses", tag = "pauses",
    params(PauseFilter, Page), responses((status = 200, body = PauseList))
)]
pub async fn list_pauses(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Params(filter): Params<PauseFilter>,
    Params(page): Params<Page>,
) -> Result<Json<PauseList>> {
    let request = staff.request(pb::ListPausesRequest {
        branch_id,
        ended: filter.ended.unwrap_or_default(),
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    });
    let answer = gateway.pauses().list_pauses(request).await?.into_inner();
    Ok(Json(PauseList {
        pauses: all(answer.pauses)?,
        next_page_token: text(answer.next_page_token),
    }))
}
