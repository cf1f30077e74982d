//! A brand's storefront: its branches, ordering and paying, and the customer's own order.

mod cancel_order;
mod get_order;
mod pay_order;
mod payment_methods;
mod place_order;
mod show;

pub use place_order::PlaceOrder;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(show::get_storefront))
        .routes(routes!(payment_methods::list_shop_payment_methods))
        .routes(routes!(place_order::place_order))
        .routes(routes!(pay_order::pay_my_order))
        .routes(routes!(get_order::get_my_order))
        .routes(routes!(cancel_order::cancel_my_order))
}
