//! 產能限制 of a branch: its rules, templates of the brand, and how full the coming days are.

mod answer;
mod copy;
mod get;
mod list_load;
mod list_templates;
mod list_versions;
mod load;
mod names;
mod preview;
mod rule;
mod save_template;
mod set;

pub use answer::{Limits, Overbooked};
pub use rule::LimitRule;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Most of a body that carries 200 rules.
const RULES_LIMIT_BYTES: usize = 256 * 1024;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(get::get_limits, set::set_limits))
        .routes(routes!(preview::preview_limits))
        .routes(routes!(list_versions::list_limit_versions))
        .routes(routes!(copy::copy_limits))
        .routes(routes!(
            list_templates::list_limit_templates,
            save_template::save_limit_template
        ))
        .routes(routes!(load::get_load))
        .routes(routes!(list_load::list_load))
}
