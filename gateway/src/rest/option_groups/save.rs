use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::{OptionGroup, OptionGroupInput};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present},
    state::Gateway,
};

/// Answer with one option group.
#[derive(Debug, Serialize, ToSchema)]
pub struct OptionGroupAnswer {
    /// The group.
    pub option_group: OptionGroup,
}

/// Creates or changes an option group.
///
/// Refuses with `VERSION_CONFLICT`, `VALIDATION_FAILED` and `AMOUNT_OUT_OF_RANGE`.
#[utoipa::path(
    put, path = "/api/admin/brands/{brand_id}/option-groups", tag = "option-groups",
    request_body = OptionGroupInput, responses((status = 200, body = OptionGroupAnswer))
)]
pub async fn save_option_group(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    Body(input): Body<OptionGroupInput>,
) -> Result<Json<OptionGroupAnswer>> {
    let option_group = Some(input.into());
    let request = staff.request(pb::SaveOptionGroupRequest {
        brand_id,
        option_group,
    });
    let answer = gateway
        .catalog()
        .save_option_group(request)
        .await?
        .into_inner();
    let option_group = present(answer.option_group, "the option group")?.into();
    Ok(Json(OptionGroupAnswer { option_group }))
}
