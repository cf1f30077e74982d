use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LimitRule, RULES_LIMIT_BYTES, list_templates::LimitTemplate, rule};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present},
    state::Gateway,
};

/// A template as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitTemplateInput {
    /// Id of the one to change; null for a new one.
    #[schema(format = Uuid)]
    pub template_id: Option<String>,
    /// Name, 1–40 characters, unique in the brand.
    pub name: String,
    /// Rules, at most 200.
    pub rules: Vec<LimitRule>,
    /// Version it was read at; left out for a new one.
    pub version: Option<i64>,
}

/// Answer with one template.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitTemplateAnswer {
    /// The template.
    pub template: LimitTemplate,
}

/// Saves a template of a brand, for whoever has the whole brand.
///
/// Refuses with `CAPACITY_INVALID`, `TEXT_TOO_LONG`, `CODE_TAKEN`, `OUT_OF_SCOPE`, `VERSION_CONFLICT`
/// and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/brands/{brand_id}/limit-templates", tag = "limits",
    request_body = LimitTemplateInput, responses((status = 200, body = LimitTemplateAnswer))
)]
pub async fn save_limit_template(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    Body(input): Body<LimitTemplateInput, RULES_LIMIT_BYTES>,
) -> Result<Json<LimitTemplateAnswer>> {
    let template = pb::LimitTemplate {
        template_id: input.template_id.unwrap_or_default(),
        brand_id,
        name: input.name,
        rules: rule::to_wire(input.rules),
        version: input.version.unwrap_or_default(),
    };
    let request = staff.request(pb::SaveLimitTemplateRequest {
        template: Some(template),
    });
    let answer = gateway.capacity_limits().save_limit_template(request).await;
    let template = present(answer?.into_inner().template, "the template")?;
    Ok(Json(LimitTemplateAnswer {
        template: template.try_into()?,
    }))
}
