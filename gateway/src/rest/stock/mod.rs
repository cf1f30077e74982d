//! Stock of a branch and its journal; components and recipes of a brand.

mod file;
mod item;
mod list;
mod list_movements;
mod list_short_orders;
mod move_stock;
mod movement;
mod names;
mod recipe;
mod rules;
mod save_component;
mod set;
mod set_recipe;
mod transfer;

pub use item::{StockItem, StockMode};
pub use move_stock::StockMoved;
pub use movement::{MovementKind, StockMovement};
pub use recipe::{Recipe, RecipePart, StockComponent};
pub use rules::StockRules;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list::list_stock))
        .routes(routes!(names::list_stock_names))
        .routes(routes!(file::export_stock))
        .routes(routes!(file::import_stock))
        .routes(routes!(set::set_stock_item))
        .routes(routes!(
            list_movements::list_stock_movements,
            move_stock::move_stock
        ))
        .routes(routes!(transfer::transfer_stock))
        .routes(routes!(list_short_orders::list_short_orders))
        .routes(routes!(save_component::create_component))
        .routes(routes!(save_component::update_component))
        .routes(routes!(set_recipe::set_recipe))
        .routes(routes!(set_recipe::list_recipe_versions))
}
