use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MovementKind, StockItem, StockMovement};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present, idempotency::IdempotencyKey},
    state::Gateway,
};

/// A movement to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveStock {
    /// `received`, `counted`, `adjusted` or `scrapped`.
    pub kind: MovementKind,
    /// Units; for `counted` the count itself, for `adjusted` signed.
    pub quantity: i64,
    /// Why, at most 200 characters.
    #[serde(default)]
    pub reason: String,
}

/// A recorded movement.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockMoved {
    /// The item after the movement.
    pub item: StockItem,
    /// The movement.
    pub movement: StockMovement,
}

/// Records a movement of a stock item.
///
/// Refuses with `STOCK_NEGATIVE`, `VALIDATION_FAILED` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/branches/{branch_id}/stock/{sku_id}/movements", tag = "stock",
    params(IdempotencyKey), request_body = MoveStock, responses((status = 201, body = StockMoved))
)]
pub async fn move_stock(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((branch_id, sku_id)): Path<(String, String)>,
    key: IdempotencyKey,
    Body(input): Body<MoveStock>,
) -> Result<(StatusCode, Json<StockMoved>)> {
    let request = staff.request(pb::RecordStockMovementRequest {
        idempotency_key: key.key,
        branch_id,
        sku_id,
        kind: input.kind.to_wire(),
        quantity: input.quantity,
        reason: input.reason,
    });
    let answer = gateway
        .stock()
        .record_stock_movement(request)
        .await?
        .into_inner();
    let moved = StockMoved {
        item: present(answer.item, "the item")?.try_into()?,
        movement: present(answer.movement, "the movement")?.try_into()?,
    };
    Ok((StatusCode::CREATED, Json(moved)))
}
