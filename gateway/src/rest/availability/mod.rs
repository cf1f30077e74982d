//! What a branch can sell at a moment.

mod admin;
mod cart_slots;
mod shop;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints for staff.
pub fn admin_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(admin::get_branch_availability))
}

/// Endpoints for customers.
pub fn shop_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(shop::get_shop_availability))
        .routes(routes!(cart_slots::find_cart_slots))
}
