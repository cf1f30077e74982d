//! Weekly hours and slot settings of a branch, by their time.

mod affected;
mod get;
mod list_versions;
mod preview;
mod set;
mod version;
mod weekly;
mod withdraw;

pub use affected::{Affected, Decisions, OrderDecisionKind, StartedDecisions};
pub use preview::affected_by;
use utoipa_axum::{router::OpenApiRouter, routes};
pub use version::HoursVersion;
pub use weekly::{Hours, HoursInput};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(get::get_hours, set::set_hours))
        .routes(routes!(preview::preview_hours))
        .routes(routes!(list_versions::list_hours_versions))
        .routes(routes!(withdraw::withdraw_hours))
}
