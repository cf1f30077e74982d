use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1::{self as pb, list_special_days_request::Owner};
use serde::Serialize;
use utoipa::ToSchema;

use super::SpecialDay;
use crate::{
    auth::Staff,
    rest::{Result, convert::all},
    state::Gateway,
};

/// Special days.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpecialDayList {
    /// Special days by their first date, from yesterday on.
    pub special_days: Vec<SpecialDay>,
}

/// Lists a branch's special days with those of its brand.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/special-days", tag = "hours",
    responses((status = 200, body = SpecialDayList))
)]
pub async fn list_branch_special_days(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
) -> Result<Json<SpecialDayList>> {
    list(&gateway, &staff, Owner::BranchId(branch_id)).await
}

/// Lists a brand's special days.
#[utoipa::path(
    get, path = "/api/admin/brands/{brand_id}/special-days", tag = "hours",
    responses((status = 200, body = SpecialDayList))
)]
pub async fn list_brand_special_days(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
) -> Result<Json<SpecialDayList>> {
    list(&gateway, &staff, Owner::BrandId(brand_id)).await
}

async fn list(gateway: &Gateway, staff: &Staff, owner: Owner) -> Result<Json<SpecialDayList>> {
    let request = staff.request(pb::ListSpecialDaysRequest { owner: Some(owner) });
    let answer = gateway.hours().list_special_days(request).await?;
    Ok(Json(SpecialDayList {
        special_days: all(answer.into_inner().special_days)?,
    }))
}
