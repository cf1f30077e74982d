use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::Category;
use crate::{auth::Staff, rest::Result, state::Gateway};

/// Categories in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryList {
    /// Categories in order.
    pub categories: Vec<Category>,
}

/// Lists a brand's categories in order.
#[utoipa::path(
    get, path = "/api/admin/brands/{brand_id}/categories", tag = "categories",
    responses((status = 200, body = CategoryList))
)]
pub async fn list_categories(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
) -> Result<Json<CategoryList>> {
    let request = staff.request(pb::ListCategoriesRequest { brand_id });
    let answer = gateway
        .catalog()
        .list_categories(request)
        .await?
        .into_inner();
    Ok(Json(CategoryList {
        categories: answer.categories.into_iter().map(Category::from).collect(),
    }))
}
