use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;

use super::MenuVersionList;
use crate::{
    auth::Staff,
    rest::{Result, convert::all},
    state::Gateway,
};

/// Lists a branch's published menus, newest first, at most 50.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/menus", tag = "menus",
    responses((status = 200, body = MenuVersionList))
)]
pub async fn list_menu_versions(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
) -> Result<Json<MenuVersionList>> {
    let request = staff.request(pb::ListMenuVersionsRequest { branch_id });
    let answer = gateway
        .catalog()
        .list_menu_versions(request)
        .await?
        .into_inner();
    Ok(Json(MenuVersionList {
        versions: all(answer.versions)?,
    }))
}
