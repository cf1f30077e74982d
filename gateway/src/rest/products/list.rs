use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DisplayState, Product};
use crate::{
    auth::Staff,
    rest::{
        Result,
        convert::{all, text},
        query::{Page, Params},
    },
    state::Gateway,
};

/// Which products to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProductFilter {
    /// Only this category.
    pub category_id: Option<String>,
    /// Part of the name or code.
    pub text: Option<String>,
    /// Only this display state.
    pub display: Option<DisplayState>,
}

/// A page of products.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductList {
    /// Products by category and position.
    pub products: Vec<Product>,
    /// Token of the next page, null at the end.
    pub next_page_token: Option<String>,
    /// Exact count to 10,000; 10,001 means more.
    pub total: i32,
}

/// Lists a brand's products by category and position, a page at a time.
#[utoipa::path(
    get, path = "/api/admin/brands/{brand_id}/products", tag = "products",
    params(ProductFilter, Page), responses((status = 200, body = ProductList))
)]
pub async fn list_products(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    Params(filter): Params<ProductFilter>,
    Params(page): Params<Page>,
) -> Result<Json<ProductList>> {
    let request = staff.request(pb::ListProductsRequest {
        brand_id,
        category_id: filter.category_id.unwrap_or_default(),
        text: filter.text.unwrap_or_default(),
        display: filter.display.map_or(0, DisplayState::to_wire),
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    });
    let answer = gateway.catalog().list_products(request).await?.into_inner();
    Ok(Json(ProductList {
        products: all(answer.products)?,
        next_page_token: text(answer.next_page_token),
        total: answer.total,
    }))
}
