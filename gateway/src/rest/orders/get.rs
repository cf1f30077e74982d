use axum::{
    Json,
    extract::{Path, State},
};
use proto::ordering::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Order, OrderEvent};
use crate::{
    auth::Staff,
    rest::{
        Result,
        convert::{all, present},
    },
    state::Gateway,
};

/// An order with its history.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderWithEvents {
    /// The order.
    pub order: Order,
    /// Its events, oldest first.
    pub events: Vec<OrderEvent>,
}

/// Gets an order with its events; the phone is masked.
#[utoipa::path(
    get, path = "/api/admin/orders/{order_id}", tag = "orders",
    responses((status = 200, body = OrderWithEvents))
)]
pub async fn get_order(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(order_id): Path<String>,
) -> Result<Json<OrderWithEvents>> {
    let request = staff.request(pb::GetOrderRequest { order_id });
    let answer = gateway.ordering().get_order(request).await?.into_inner();
    Ok(Json(OrderWithEvents {
        order: present(answer.order, "the order")?.try_into()?,
        events: all(answer.events)?,
    }))
}
