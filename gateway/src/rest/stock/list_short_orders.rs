use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{all, required_time},
    },
    state::Gateway,
};

/// Orders that a shortfall concerns.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShortOrderList {
    /// Orders, newest first: as many as the shortfall reaches, at most 50.
    pub orders: Vec<ShortOrder>,
}

/// An order that a shortfall concerns.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShortOrder {
    /// Order.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// Units it was promised.
    pub quantity: i64,
    /// Business day it is for.
    #[schema(format = Date)]
    pub business_day: String,
    /// Time it was promised for.
    pub promised_at: DateTime<Utc>,
}

/// Lists the orders that a unit's shortfall concerns.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/stock/{sku_id}/short-orders", tag = "stock",
    responses((status = 200, body = ShortOrderList))
)]
pub async fn list_short_orders(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((branch_id, sku_id)): Path<(String, String)>,
) -> Result<Json<ShortOrderList>> {
    let request = staff.request(pb::ListShortOrdersRequest { branch_id, sku_id });
    let answer = gateway
        .stock()
        .list_short_orders(request)
        .await?
        .into_inner();
    Ok(Json(ShortOrderList {
        orders: all(answer.orders)?,
    }))
}

impl TryFrom<pb::ShortOrder> for ShortOrder {
    type Error = Rejection;

    fn try_from(order: pb::ShortOrder) -> Result<Self> {
        Ok(Self {
            promised_at: required_time(order.promised_at, "promised_at")?,
            order_id: order.order_id,
            quantity: order.quantity,
            business_day: order.business_day,
        })
    }
}
