use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Recipe, StockComponent, StockItem};
use crate::{
    auth::Staff,
    rest::{Result, convert::all},
    state::Gateway,
};

/// Stock items of a branch.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockList {
    /// Stock items; what has none is not tracked.
    pub items: Vec<StockItem>,
    /// Components of the brand, by name.
    pub components: Vec<StockComponent>,
    /// Recipes of the brand, with what the branch's components suffice for.
    pub recipes: Vec<Recipe>,
}

/// Lists a branch's stock items.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/stock", tag = "stock",
    responses((status = 200, body = StockList))
)]
pub async fn list_stock(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
) -> Result<Json<StockList>> {
    let request = staff.request(pb::ListStockRequest { branch_id });
    let answer = gateway.stock().list_stock(request).await?.into_inner();
    Ok(Json(StockList {
        items: all(answer.items)?,
        components: answer
            .components
            .into_iter()
            .map(StockComponent::from)
            .collect(),
        recipes: answer.recipes.into_iter().map(Recipe::from).collect(),
    }))
}
