use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Category;
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present},
    state::Gateway,
};

/// A category as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryInput {
    /// Id; left out for a new one.
    #[schema(format = Uuid)]
    pub category_id: Option<String>,
    /// Name, 1–60 characters.
    pub name: String,
    /// Place among the brand's categories, from 0.
    pub position: i32,
    /// Version it was read at; left out for a new one.
    pub version: Option<i64>,
}

/// Answer with one category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryAnswer {
    /// The category.
    pub category: Category,
}

/// Creates or changes a category.
///
/// Refuses with `CODE_TAKEN` (name), `VERSION_CONFLICT` and `VALIDATION_FAILED`.
#[utoipa::path(
    put, path = "/api/admin/brands/{brand_id}/categories", tag = "categories",
    request_body = CategoryInput, responses((status = 200, body = CategoryAnswer))
)]
pub async fn save_category(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    Body(input): Body<CategoryInput>,
) -> Result<Json<CategoryAnswer>> {
    let category = pb::Category {
        category_id: input.category_id.unwrap_or_default(),
        name: input.name,
        position: input.position,
        version: input.version.unwrap_or_default(),
    };
    let request = staff.request(pb::SaveCategoryRequest {
        brand_id,
        category: Some(category),
    });
    let answer = gateway.catalog().save_category(request).await?.into_inner();
    Ok(Json(CategoryAnswer {
        category: present(answer.category, "the category")?.into(),
    }))
}
