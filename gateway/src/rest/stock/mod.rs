//! Files of a branch's stock, and the names of what it can count.

mod catalogue;
mod file;
mod names;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(names::list_stock_names))
        .routes(routes!(file::export_stock))
        .routes(routes!(file::import_stock))
}
