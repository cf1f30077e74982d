//! Published menus: checking, publishing, and the document customers load.

mod check_publish;
pub mod document;
mod list;
mod publish;
mod show;

use chrono::{DateTime, Utc};
use proto::catalog::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::convert::required_time;
use crate::{problem::Rejection, state::Gateway};

/// Endpoints for staff.
pub fn admin_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(check_publish::check_publish))
        .routes(routes!(publish::publish))
        .routes(routes!(list::list_menu_versions))
}

/// Endpoints that answer everybody the same.
pub fn public_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(show::get_menu))
}

/// A published version of a branch's menu.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MenuVersion {
    /// Id.
    #[schema(format = Uuid)]
    pub menu_version_id: String,
    /// Branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Number in the branch, from 1.
    pub number: i64,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Name of who published.
    pub published_by: String,
    /// Products on it.
    pub product_count: i32,
}

/// Published versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct MenuVersionList {
    /// Versions, newest first.
    pub versions: Vec<MenuVersion>,
}

impl TryFrom<pb::MenuVersion> for MenuVersion {
    type Error = Rejection;

    fn try_from(version: pb::MenuVersion) -> Result<Self, Rejection> {
        Ok(Self {
            published_at: required_time(version.published_at, "published_at")?,
            menu_version_id: version.menu_version_id,
            branch_id: version.branch_id,
            number: version.number,
            published_by: version.published_by,
            product_count: version.product_count,
        })
    }
}
