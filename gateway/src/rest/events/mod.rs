//! Live screens: server-sent events that name what a screen should read again.

mod branch;
mod brand;
mod order;
mod shop;

use utoipa_axum::{router::OpenApiRouter, routes};

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
