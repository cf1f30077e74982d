//! Weekly hours and slot settings of a branch, by their time.

mod affected;
mod cancel;
mod get;
mod list_versions;
mod preview;
mod reschedule;
mod set;
mod version;
mod weekly;
mod withdraw;

pub use affected::{Affected, AffectedOrder, Decisions};
pub use cancel::{Cancellation, cancel};
pub use preview::affected_by;
pub use reschedule::{MovedOrder, reschedule};
use utoipa_axum::{router::OpenApiRouter, routes};
pub use version::HoursVersion;
pub use weekly::{Hours, HoursInput, ServiceMethod};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(get::get_hours, set::set_hours))
        .routes(routes!(preview::preview_hours))
        .routes(routes!(list_versions::list_hours_versions))
        .routes(routes!(withdraw::withdraw_hours))
}
