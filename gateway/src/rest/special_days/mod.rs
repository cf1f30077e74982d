//! 特殊日 of branches and brands.

mod list;
mod remove;
mod save;
mod special_day;

pub use special_day::{DayPeriod, Owner, SpecialDay, SpecialDayInput};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(
            list::list_branch_special_days,
            save::create_branch_special_day
        ))
        .routes(routes!(save::update_branch_special_day))
        .routes(routes!(
            list::list_brand_special_days,
            save::create_brand_special_day
        ))
        .routes(routes!(save::update_brand_special_day))
        .routes(routes!(remove::remove_special_day))
}
