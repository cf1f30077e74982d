//! The REST interface: a folder a resource, a file an endpoint, each with its own JSON.

pub mod accounts;
pub mod availability;
pub mod body;
pub mod branches;
pub mod brands;
pub mod categories;
pub mod convert;
pub mod events;
pub mod idempotency;
pub mod menus;
pub mod openapi;
pub mod option_groups;
pub mod orders;
pub mod products;
pub mod query;
pub mod quotes;
pub mod session;
pub mod stock;
pub mod storefront;
pub mod transcoded;
mod wire_enum;

use utoipa_axum::router::OpenApiRouter;

use crate::{problem::Rejection, state::Gateway};

/// What a handler answers.
pub type Result<T> = std::result::Result<T, Rejection>;

/// Endpoints for staff, behind the session cookie.
pub fn admin_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(accounts::routes())
        .merge(brands::routes())
        .merge(branches::routes())
        .merge(categories::routes())
        .merge(products::routes())
        .merge(option_groups::routes())
        .merge(menus::admin_routes())
        .merge(stock::routes())
        .merge(availability::admin_routes())
        .merge(orders::routes())
        .merge(events::admin_routes())
}

/// Endpoints for customers that know their device.
pub fn shop_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .merge(storefront::routes())
        .merge(quotes::routes())
        .merge(availability::shop_routes())
        .merge(events::shop_routes())
}

/// Endpoints for customers that answer everybody the same from memory.
pub fn public_routes() -> OpenApiRouter<Gateway> {
    menus::public_routes()
}
