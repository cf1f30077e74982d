use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use proto::capacity::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use super::StockMoved;
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present, idempotency::IdempotencyKey},
    state::Gateway,
};

/// Units to move to another branch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockTransfer {
    /// Branch that receives.
    #[schema(format = Uuid)]
    pub to_branch_id: String,
    /// Units, 1–999,999.
    pub quantity: i64,
    /// Why, at most 200 characters.
    #[serde(default)]
    pub reason: String,
}

/// Moves units to another branch, both sides or neither.
///
/// Refuses with `STOCK_NEGATIVE`, `SKU_MISMATCH`, `VALIDATION_FAILED`, `OUT_OF_SCOPE` and
/// `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/stock/{sku_id}/transfers", tag = "stock",
    params(IdempotencyKey), request_body = StockTransfer,
    responses((status = 201, body = StockMoved))
)]
pub async fn transfer_stock(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((branch_id, sku_id)): Path<(String, String)>,
    key: IdempotencyKey,
    Body(input): Body<StockTransfer>,
) -> Result<(StatusCode, Json<StockMoved>)> {
    let request = staff.request(pb::TransferStockRequest {
        idempotency_key: key.key,
        branch_id,
        to_branch_id: input.to_branch_id,
        sku_id,
        quantity: input.quantity,
        reason: input.reason,
    });
    let answer = gateway.stock().transfer_stock(request).await?.into_inner();
    let moved = StockMoved {
        item: present(answer.item, "the item")?.try_into()?,
        movement: present(answer.movement, "the movement")?.try_into()?,
    };
    Ok((StatusCode::CREATED, Json(moved)))
}
