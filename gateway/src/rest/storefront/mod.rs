//! A brand's storefront: its branches, ordering, and the customer's own order.

mod cancel_order;
mod get_order;
mod place_order;
mod show;

pub use place_order::PlaceOrder;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(show::get_storefront))
        .routes(routes!(place_order::place_order))
        .routes(routes!(get_order::get_my_order))
        .routes(routes!(cancel_order::cancel_my_order))
}
