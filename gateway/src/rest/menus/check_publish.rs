use axum::{
    Json,
    extract::{Path, State},
};
use proto::catalog::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Staff,
    rest::{
        Result,
        query::{Params, items},
    },
    state::Gateway,
};

/// Where publishing is to be checked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CheckBranches {
    /// Branches, separated by commas; all of the brand when left out, which needs the whole brand.
    pub branch_ids: Option<String>,
}

/// What publishing would find and change.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishCheck {
    /// What the check found.
    pub findings: Vec<PublishFinding>,
    /// What would change, by branch.
    pub changes: Vec<PublishChange>,
}

/// What the check before publishing found.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishFinding {
    /// Stable reason, such as `GROUP_UNSATISFIABLE`.
    pub reason: String,
    /// It forbids publishing; otherwise it only warns.
    pub blocking: bool,
    /// Kind of thing concerned: `product`, `option_group` or `category`.
    pub entity: String,
    /// Its id.
    pub entity_id: String,
    /// Its name.
    pub entity_name: String,
    /// For an option group: products that cannot be ordered because of it, at most ten.
    pub product_names: Vec<String>,
}

/// What publishing changes in one branch.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishChange {
    /// Branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Products that come.
    pub added: i32,
    /// Products that go.
    pub removed: i32,
    /// Products that differ.
    pub changed: i32,
    /// Prices that differ, at most 200.
    pub prices: Vec<PriceChange>,
}

/// A price that differs from the menu before.
#[derive(Debug, Serialize, ToSchema)]
pub struct PriceChange {
    /// Product.
    #[schema(format = Uuid)]
    pub product_id: String,
    /// Its name.
    pub product_name: String,
    /// Variant.
    pub variant_name: String,
    /// Price before.
    pub before: i64,
    /// Price after.
    pub after: i64,
}

/// Checks what publishing would find and change, without doing it.
#[utoipa::path(
    get, path = "/api/admin/brands/{brand_id}/publish-check", tag = "menus",
    params(CheckBranches), responses((status = 200, body = PublishCheck))
)]
pub async fn check_publish(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    Params(branches): Params<CheckBranches>,
) -> Result<Json<PublishCheck>> {
    let branch_ids = items(branches.branch_ids.as_deref());
    let request = staff.request(pb::CheckPublishRequest {
        brand_id,
        branch_ids,
    });
    let answer = gateway.catalog().check_publish(request).await?.into_inner();
    Ok(Json(PublishCheck {
        findings: answer
            .findings
            .into_iter()
            .map(PublishFinding::from)
            .collect(),
        changes: answer
            .changes
            .into_iter()
            .map(PublishChange::from)
            .collect(),
    }))
}

impl From<pb::PublishFinding> for PublishFinding {
    fn from(finding: pb::PublishFinding) -> Self {
        Self {
            reason: finding.reason,
            blocking: finding.blocking,
            entity: finding.entity,
            entity_id: finding.entity_id,
            entity_name: finding.entity_name,
            product_names: finding.product_names,
        }
    }
}

impl From<pb::PublishChange> for PublishChange {
    fn from(change: pb::PublishChange) -> Self {
        Self {
            branch_id: change.branch_id,
            added: change.added,
            removed: change.removed,
            changed: change.changed,
            prices: change.prices.into_iter().map(PriceChange::from).collect(),
        }
    }
}

impl From<pb::PriceChange> for PriceChange {
    fn from(price: pb::PriceChange) -> Self {
        Self {
            product_id: price.product_id,
            product_name: price.product_name,
            variant_name: price.variant_name,
            before: price.before,
            after: price.after,
        }
    }
}
