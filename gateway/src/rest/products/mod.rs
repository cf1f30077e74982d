//! Products as files.

mod export;
mod import;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(import::import_products))
        .routes(routes!(export::export_products))
}
