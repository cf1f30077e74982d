//! The REST interface: a folder a resource, a file an endpoint, each with its own JSON.

pub mod availability;
pub mod body;
pub mod events;
pub mod idempotency;
pub mod members;
pub mod menus;
pub mod openapi;
pub mod orders;
mod pauses;
pub mod payments;
pub mod products;
pub mod query;
pub mod quotes;
mod scope;
pub mod session;
pub mod settlements;
pub mod stock;
pub mod storefront;
pub mod transcoded;

use utoipa_axum::router::OpenApiRouter;

pub use crate::problem::Result;
use crate::state::Gateway;

/// Endpoints for staff, behind the session cookie.
pub fn admin_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(products::routes())
        .merge(stock::routes())
        .merge(settlements::routes())
        .merge(members::admin_routes())
        .merge(availability::admin_routes())
        .merge(orders::routes())
        .merge(events::admin_routes())
}

/// Endpoints for customers that know their device.
pub fn shop_routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .merge(storefront::routes())
        .merge(quotes::routes())
        .merge(members::routes())
        .merge(availability::shop_routes())
        .merge(events::shop_routes())
}

/// Endpoints for customers that answer everybody the same from memory.
pub fn public_routes() -> OpenApiRouter<Gateway> {
    menus::public_routes()
}
