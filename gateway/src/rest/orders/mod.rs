//! What of orders is more than a call.

mod place_test;
mod slots;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(slots::find_order_slots))
        .routes(routes!(place_test::place_test_order))
}
