//! Products of a brand's catalogue.

mod archive;
mod create;
mod export;
mod get;
mod import;
mod list;
mod product;
mod update;

pub use product::{
    DisplayState, Product, ProductAnswer, ProductInput, TaxType, Variant, VariantInput,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list::list_products, create::create_product))
        .routes(routes!(get::get_product, update::update_product))
        .routes(routes!(archive::archive_product))
        .routes(routes!(import::import_products))
        .routes(routes!(export::export_products))
}
