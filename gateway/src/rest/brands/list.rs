use axum::{Json, extract::State};
use proto::catalog::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::Brand;
use crate::{
    auth::Staff,
    rest::{Result, branches::Branch, convert::all},
    state::Gateway,
};

/// Brands and branches within the account's scope.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrandList {
    /// Brands by name.
    pub brands: Vec<Brand>,
    /// Branches by brand and name.
    pub branches: Vec<Branch>,
}

/// Lists the brands and branches within the account's scope.
#[utoipa::path(get, path = "/api/admin/brands", tag = "brands", responses((status = 200, body = BrandList)))]
pub async fn list_brands(State(gateway): State<Gateway>, staff: Staff) -> Result<Json<BrandList>> {
    let request = staff.request(pb::ListBrandsRequest {});
    let answer = gateway.catalog().list_brands(request).await?.into_inner();
    Ok(Json(BrandList {
        brands: answer.brands.into_iter().map(Brand::from).collect(),
        branches: all(answer.branches)?,
    }))
}
