//! Categories of a brand's catalogue.

mod archive;
mod list;
mod save;

use proto::catalog::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list::list_categories, save::save_category))
        .routes(routes!(archive::archive_category))
}

/// A category of a brand's catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Category {
    /// Id.
    #[schema(format = Uuid)]
    pub category_id: String,
    /// Name.
    pub name: String,
    /// Place among the brand's categories, from 0.
    pub position: i32,
    /// Version for the next change.
    pub version: i64,
}

impl From<pb::Category> for Category {
    fn from(category: pb::Category) -> Self {
        Self {
            category_id: category.category_id,
            name: category.name,
            position: category.position,
            version: category.version,
        }
    }
}
