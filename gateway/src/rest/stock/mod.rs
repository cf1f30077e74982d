//! Stock of a branch and its journal.

mod item;
mod list;
mod list_movements;
mod move_stock;
mod movement;
mod set;

pub use item::{StockItem, StockMode};
pub use movement::{MovementKind, StockMovement};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list::list_stock))
        .routes(routes!(set::set_stock_item))
        .routes(routes!(
            list_movements::list_stock_movements,
            move_stock::move_stock
        ))
}
