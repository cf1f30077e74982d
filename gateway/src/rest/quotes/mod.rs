//! Carts and what they cost.

mod attempts;
mod cart;
mod changed;
mod create;

pub use attempts::attempt_keys;
pub use cart::{Cart, CartLine, ChosenOption, Entered};
pub use changed::rejection;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(create::create_quote))
}
