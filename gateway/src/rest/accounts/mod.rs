//! Staff accounts.

mod account;
mod create;
mod list;
mod set_state;

pub use account::{Account, AccountAnswer, Level, Scope};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list::list_accounts, create::create_account))
        .routes(routes!(set_state::set_account_state))
}
