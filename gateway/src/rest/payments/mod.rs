//! Where payment providers report, and where they send customers back to. The service payments makes
//! the addresses and judges what arrives; browsers of other sites call them, so nothing here needs a
//! session or a CSRF token.

mod callback;
mod customer_return;

use axum::{Router, routing::get};

use crate::state::Gateway;

/// Endpoints for payment providers. Their protocols are the providers', so the API document leaves
/// them out.
pub fn routes() -> Router<Gateway> {
    Router::new()
        .route(
            "/api/payments/callbacks/{provider}/{account}",
            get(callback::receive).post(callback::receive),
        )
        .route(
            "/api/payments/returns/{reference}",
            get(customer_return::go_on).post(customer_return::go_on),
        )
}
