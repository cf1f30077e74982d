use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::StockComponent;
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present, idempotency::IdempotencyKey},
    state::Gateway,
};

/// A component to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStockComponent {
    /// Name, 1–60 characters, unique in the brand.
    pub name: String,
}

/// A component as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockComponentInput {
    /// Name, 1–60 characters, unique in the brand.
    pub name: String,
    /// Put away; only one that no recipe uses can be.
    #[serde(default)]
    pub archived: bool,
    /// Version it was read at.
    pub version: i64,
}

/// Answer with one component.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockComponentAnswer {
    /// The component.
    pub component: StockComponent,
}

/// Makes a shared component of a brand.
///
/// Refuses with `CODE_TAKEN`, `VALIDATION_FAILED`, `OUT_OF_SCOPE` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/brands/{brand_id}/components", tag = "stock",
    params(IdempotencyKey), request_body = NewStockComponent,
    responses((status = 201, body = StockComponentAnswer))
)]
pub async fn create_component(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    key: IdempotencyKey,
    Body(input): Body<NewStockComponent>,
) -> Result<(StatusCode, Json<StockComponentAnswer>)> {
    let component = pb::Component {
        brand_id,
        name: input.name,
        ..Default::default()
    };
    let answer = save(&gateway, &staff, key.key, component).await?;
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Renames a component or puts it away.
///
/// Refuses with `CODE_TAKEN`, `VERSION_CONFLICT`, `VALIDATION_FAILED`, `OUT_OF_SCOPE` and
/// `NOT_FOUND`.
#[utoipa::path(
    put, path = "/api/admin/brands/{brand_id}/components/{sku_id}", tag = "stock",
    request_body = StockComponentInput, responses((status = 200, body = StockComponentAnswer))
)]
pub async fn update_component(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((brand_id, sku_id)): Path<(String, String)>,
    Body(input): Body<StockComponentInput>,
) -> Result<Json<StockComponentAnswer>> {
    let component = pb::Component {
        brand_id,
        sku_id,
        name: input.name,
        archived: input.archived,
        version: input.version,
    };
    save(&gateway, &staff, String::new(), component)
        .await
        .map(Json)
}

async fn save(
    gateway: &Gateway,
    staff: &Staff,
    idempotency_key: String,
    component: pb::Component,
) -> Result<StockComponentAnswer> {
    let request = staff.request(pb::SaveComponentRequest {
        idempotency_key,
        component: Some(component),
    });
    let answer = gateway.stock().save_component(request).await?.into_inner();
    Ok(StockComponentAnswer {
        component: present(answer.component, "the component")?.into(),
    })
}
