//! What the units of a branch are called: only catalog knows.

use axum::{
    Json,
    extract::{Path, State},
};
use proto::{capacity::v1::StockName, catalog::v1 as catalog};
use serde::Serialize;
use utoipa::ToSchema;

use super::catalogue::Catalogue;
use crate::{auth::Staff, rest::Result, state::Gateway};

/// What a branch can count, beside the components of its brand.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockNames {
    /// Variants of products that are not delisted.
    pub variants: Vec<StockUnit>,
    /// Options.
    pub options: Vec<StockUnit>,
}

/// A variant or option that can be counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockUnit {
    /// Its id.
    #[schema(format = Uuid)]
    pub sku_id: String,
    /// Name of the product or the option.
    pub name: String,
    /// Name of the variant or the option group.
    pub detail: String,
}

/// Lists the names of what a branch can count; the stock's own permission is enough.
///
/// Refuses with `PERMISSION_DENIED` and with `NOT_FOUND` for a branch outside the scope.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/stock/names", tag = "stock",
    responses((status = 200, body = StockNames))
)]
pub async fn list_stock_names(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
) -> Result<Json<StockNames>> {
    let catalogue = Catalogue::of_branch(&gateway, &staff, &branch_id).await?;
    let shown = catalogue
        .products
        .iter()
        .filter(|product| product.display() != catalog::DisplayState::Delisted);
    Ok(Json(StockNames {
        variants: shown.flat_map(variants).map(StockUnit::from).collect(),
        options: catalogue
            .groups
            .iter()
            .flat_map(options)
            .map(StockUnit::from)
            .collect(),
    }))
}

/// Reads the names of a branch's variants and options.
pub async fn names_of(gateway: &Gateway, staff: &Staff, branch_id: &str) -> Result<Vec<StockName>> {
    let catalogue = Catalogue::of_branch(gateway, staff, branch_id).await?;
    let variants = catalogue.products.iter().flat_map(variants);
    let options = catalogue.groups.iter().flat_map(options);
    Ok(variants.chain(options).collect())
}

fn variants(product: &catalog::Product) -> impl Iterator<Item = StockName> {
    product.variants.iter().map(|variant| StockName {
        sku_id: variant.variant_id.clone(),
        code: product.code.clone(),
        name: product.name.clone(),
        detail: variant.name.clone(),
    })
}

fn options(group: &catalog::OptionGroup) -> impl Iterator<Item = StockName> {
    group.options.iter().map(|option| StockName {
        sku_id: option.option_id.clone(),
        code: String::new(),
        name: option.name.clone(),
        detail: group.name.clone(),
    })
}

impl From<StockName> for StockUnit {
    fn from(unit: StockName) -> Self {
        Self {
            sku_id: unit.sku_id,
            name: unit.name,
            detail: unit.detail,
        }
    }
}
