//! What the units of a branch are called: only catalog knows.

use axum::{
    Json,
    extract::{Path, State},
};
use chassis::{
    authn::Level,
    error::{CommonReason, Problem},
};
use proto::{capacity::v1::StockName, catalog::v1 as catalog};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{auth::Staff, problem::Rejection, rest::Result, state::Gateway};

const PERMISSION: &str = "ops.stock";

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
    let catalogue = catalogue_of(&gateway, &staff, &branch_id).await?;
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
    let catalogue = catalogue_of(gateway, staff, branch_id).await?;
    let variants = catalogue.products.iter().flat_map(variants);
    let options = catalogue.groups.iter().flat_map(options);
    Ok(variants.chain(options).collect())
}

struct Catalogue {
    products: Vec<catalog::Product>,
    groups: Vec<catalog::OptionGroup>,
}

/// The catalogue of a branch's brand, for whoever may see the branch's stock: their role need not
/// open the catalogue itself, so the gateway asks in its own name.
async fn catalogue_of(gateway: &Gateway, staff: &Staff, branch_id: &str) -> Result<Catalogue> {
    staff.identity().require(PERMISSION, Level::View)?;
    let org = staff.identity().org;
    let org = org.ok_or_else(|| Rejection::new(CommonReason::Unauthenticated))?;
    let in_scope = staff.request(catalog::ListBrandsRequest {});
    let in_scope = gateway.catalog().list_brands(in_scope).await?.into_inner();
    let branch = in_scope
        .branches
        .into_iter()
        .find(|branch| branch.branch_id == branch_id)
        .ok_or_else(|| Problem::not_found("branch"))?;

    let mut catalog = gateway.as_gateway(Some(org)).catalog();
    let mut products = Vec::new();
    let mut next = Some(String::new());
    while let Some(page_token) = next {
        let request = catalog::ListProductsRequest {
            brand_id: branch.brand_id.clone(),
            page_size: 100,
            page_token,
            ..Default::default()
        };
        let page = catalog.list_products(request).await?.into_inner();
        products.extend(page.products);
        next = page.next_page_token;
    }
    let request = catalog::ListOptionGroupsRequest {
        brand_id: branch.brand_id,
    };
    let groups = catalog.list_option_groups(request).await?.into_inner();
    Ok(Catalogue {
        products,
        groups: groups.option_groups,
    })
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
