//! The published menu that customers load.

pub mod document;
mod show;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints that answer everybody the same.
pub fn public_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(show::get_menu))
}
