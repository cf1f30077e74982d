//! Live screens: server-sent events that name what a screen should read again.

mod branch;
mod brand;
mod order;
mod shop;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::orders::OrderState;
use crate::state::Gateway;

/// Endpoints for staff.
pub fn admin_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(branch::watch_branch))
}

/// Endpoints for customers.
pub fn shop_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(shop::watch_shop))
        .routes(routes!(brand::watch_brand))
        .routes(routes!(order::watch_my_order))
}

/// Data of `event: order`: an order is new or moved on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrderChanged {
    /// The order.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// State after.
    pub state: OrderState,
    /// Version after.
    pub version: i64,
}

/// Data of `event: availability`: what the branch can sell changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AvailabilityChanged {
    /// Stock-keeping units whose availability changed; empty when hours or slots did.
    pub sku_ids: Vec<String>,
}

/// Data of `event: branches`: something of the brand's page changed, such as when a branch is open.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BranchesChanged {}

/// Data of `event: menu`: the branch has a new menu.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MenuChanged {
    /// Number of the version in the branch.
    pub menu_number: i64,
}
