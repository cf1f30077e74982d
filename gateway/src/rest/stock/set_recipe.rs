use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Recipe, RecipePart};
use crate::{
    auth::Staff,
    rest::{
        Result,
        body::Body,
        convert::{present, required_time, text},
    },
    state::Gateway,
};

/// A recipe as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeInput {
    /// Components and units of each, at most 20; none ends the recipe.
    pub parts: Vec<RecipePart>,
    /// Version it was read at; left out where there never was one.
    pub version: Option<i64>,
}

/// Answer with one recipe.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipeAnswer {
    /// The recipe.
    pub recipe: Recipe,
}

/// What a recipe was over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipeVersionList {
    /// Versions, newest first, at most 50.
    pub versions: Vec<RecipeVersion>,
}

/// A recipe as it was from a moment on.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipeVersion {
    /// Version.
    pub version: i64,
    /// Components and units; none where the recipe ended.
    pub parts: Vec<RecipePart>,
    /// Since when.
    pub at: DateTime<Utc>,
    /// Name of who changed it; null for the system.
    pub actor: Option<String>,
}

/// Replaces the recipe of a variant or option in all branches of a brand.
///
/// Refuses with `VERSION_CONFLICT`, `VALIDATION_FAILED`, `OUT_OF_SCOPE` and `NOT_FOUND`.
#[utoipa::path(
    put, path = "/api/admin/brands/{brand_id}/recipes/{sku_id}", tag = "stock",
    request_body = RecipeInput, responses((status = 200, body = RecipeAnswer))
)]
pub async fn set_recipe(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((brand_id, sku_id)): Path<(String, String)>,
    Body(input): Body<RecipeInput>,
) -> Result<Json<RecipeAnswer>> {
    let recipe = pb::Recipe {
        brand_id,
        sku_id,
        parts: input.parts.into_iter().map(Into::into).collect(),
        version: input.version.unwrap_or_default(),
        sellable: None,
    };
    let request = staff.request(pb::SetRecipeRequest {
        recipe: Some(recipe),
    });
    let answer = gateway.stock().set_recipe(request).await?.into_inner();
    Ok(Json(RecipeAnswer {
        recipe: present(answer.recipe, "the recipe")?.into(),
    }))
}

/// Lists what a recipe was over time.
#[utoipa::path(
    get, path = "/api/admin/brands/{brand_id}/recipes/{sku_id}/versions", tag = "stock",
    responses((status = 200, body = RecipeVersionList))
)]
pub async fn list_recipe_versions(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((brand_id, sku_id)): Path<(String, String)>,
) -> Result<Json<RecipeVersionList>> {
    let request = staff.request(pb::ListRecipeVersionsRequest { brand_id, sku_id });
    let answer = gateway
        .stock()
        .list_recipe_versions(request)
        .await?
        .into_inner();
    let version = |it: pb::RecipeVersion| {
        Ok(RecipeVersion {
            at: required_time(it.at, "at")?,
            version: it.version,
            parts: it.parts.into_iter().map(RecipePart::from).collect(),
            actor: text(it.actor),
        })
    };
    let versions: Result<Vec<_>> = answer.versions.into_iter().map(version).collect();
    Ok(Json(RecipeVersionList {
        versions: versions?,
    }))
}
