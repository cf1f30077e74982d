//! Signing customers in and out, LINE Login, and the export of members for staff. All else that customers
//! and staff do with members is declared by RPCs.

mod code;
mod export;
mod line_login;
mod sign_in;
mod sign_out;

use axum::{Router, routing::get};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of customers.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(code::request_code))
        .routes(routes!(sign_in::sign_in_member))
        .routes(routes!(sign_out::sign_out_member))
        .routes(routes!(line_login::start_line_login))
}

/// Endpoints of staff.
pub fn admin_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(export::export_members))
}

/// Where LINE leads browsers back to; the protocol is LINE's, so the API document leaves it out.
pub fn return_routes() -> Router<Gateway> {
    Router::new().route(line_login::RETURN, get(line_login::finish))
}
