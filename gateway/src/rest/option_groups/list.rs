use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::OptionGroup;
use crate::{auth::Staff, rest::Result, state::Gateway};

/// Option groups by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct OptionGroupList {
    /// Option groups by name.
    pub option_groups: Vec<OptionGroup>,
}

/// Lists a brand's option groups by name.
#[utoipa::path(
    get, path = "/api/admin/brands/{brand_id}/option-groups", tag = "option-groups",
    responses((status = 200, body = OptionGroupList))
)]
pub async fn list_option_groups(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
) -> Result<Json<OptionGroupList>> {
    let request = staff.request(pb::ListOptionGroupsRequest { brand_id });
    let answer = gateway
        .catalog()
        .list_option_groups(request)
        .await?
        .into_inner();
    Ok(Json(OptionGroupList {
        option_groups: answer
            .option_groups
            .into_iter()
            .map(OptionGroup::from)
            .collect(),
    }))
}
