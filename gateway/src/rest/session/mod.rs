//! Signing in and out.

mod change_password;
mod me;
mod reauthenticate;
mod sign_in;
mod sign_out;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_out::sign_out))
        .routes(routes!(me::get_me))
        .routes(routes!(change_password::change_password))
        .routes(routes!(reauthenticate::reauthenticate))
}
