use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::LimitRule;
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{Result, convert::all},
    state::Gateway,
};

/// Templates of a brand.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitTemplateList {
    /// Templates by name, at most 100.
    pub templates: Vec<LimitTemplate>,
}

/// A set of rules that branches may take.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LimitTemplate {
    /// Id.
    #[schema(format = Uuid)]
    pub template_id: String,
    /// Brand.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Name.
    pub name: String,
    /// Rules, at most 200.
    pub rules: Vec<LimitRule>,
    /// Version for the next change.
    pub version: i64,
}

/// Lists the templates of a brand, by name.
#[utoipa::path(
    get, path = "/api/admin/brands/{brand_id}/limit-templates", tag = "limits",
    responses((status = 200, body = LimitTemplateList))
)]
pub async fn list_limit_templates(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
) -> Result<Json<LimitTemplateList>> {
    let request = staff.request(pb::ListLimitTemplatesRequest { brand_id });
    let answer = gateway
        .capacity_limits()
        .list_limit_templates(request)
        .await?;
    Ok(Json(LimitTemplateList {
        templates: all(answer.into_inner().templates)?,
    }))
}

impl TryFrom<pb::LimitTemplate> for LimitTemplate {
    type Error = Rejection;

    fn try_from(template: pb::LimitTemplate) -> Result<Self> {
        Ok(Self {
            template_id: template.template_id,
            brand_id: template.brand_id,
            name: template.name,
            rules: all(template.rules)?,
            version: template.version,
        })
    }
}
