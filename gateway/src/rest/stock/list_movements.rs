use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::StockMovement;
use crate::{
    auth::Staff,
    rest::{
        Result,
        convert::{all, text},
        query::{Page, Params},
    },
    state::Gateway,
};

/// A page of movements.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockMovementList {
    /// Movements, newest first.
    pub movements: Vec<StockMovement>,
    /// Token of the next page, null at the end.
    pub next_page_token: Option<String>,
}

/// Lists movements of a stock item, newest first, a page at a time.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/stock/{sku_id}/movements", tag = "stock",
    params(Page), responses((status = 200, body = StockMovementList))
)]
pub async fn list_stock_movements(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((branch_id, sku_id)): Path<(String, String)>,
    Params(page): Params<Page>,
) -> Result<Json<StockMovementList>> {
    let request = staff.request(pb::ListStockMovementsRequest {
        branch_id,
        sku_id,
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    });
    let answer = gateway
        .stock()
        .list_stock_movements(request)
        .await?
        .into_inner();
    Ok(Json(StockMovementList {
        movements: all(answer.movements)?,
        next_page_token: text(answer.next_page_token),
    }))
}
