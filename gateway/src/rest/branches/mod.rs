//! Branches as the admin keeps them.

mod create;
mod update;

use proto::catalog::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::wire_enum::wire_enum;
use crate::{problem::Rejection, state::Gateway};

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(create::create_branch))
        .routes(routes!(update::update_branch))
}

wire_enum! {
    /// State of a branch.
    BranchState = pb::BranchState {
        /// 籌備中: only test orders.
        Setup,
        /// 營業中.
        Live,
        /// 暫停.
        Suspended,
        /// 已歇業.
        Closed,
    }
}

/// A branch of a brand.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Branch {
    /// Id.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Brand it belongs to.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Code, unique in the brand.
    pub code: String,
    /// Slug in the storefront's address, unique in the brand.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Phone in E.164 form.
    pub phone: String,
    /// Address as written.
    pub address: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Business-day cut-off in minutes after midnight.
    pub cutoff_minutes: i32,
    /// State.
    pub state: BranchState,
    /// Version for the next change.
    pub version: i64,
}

/// A branch as it shall be.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BranchInput {
    /// Brand it belongs to.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Code, at most 20 characters, unique in the brand.
    pub code: String,
    /// Slug in the storefront's address, unique in the brand.
    pub slug: String,
    /// Name, 1–60 characters.
    pub name: String,
    /// Phone as typed; stored in E.164 form.
    pub phone: String,
    /// Address as written.
    pub address: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Business-day cut-off in minutes after midnight, 0–719.
    pub cutoff_minutes: i32,
    /// State.
    pub state: BranchState,
    /// Version it was read at; left out when creating.
    pub version: Option<i64>,
}

/// Answer with one branch.
#[derive(Debug, Serialize, ToSchema)]
pub struct BranchAnswer {
    /// The branch.
    pub branch: Branch,
}

impl TryFrom<pb::Branch> for Branch {
    type Error = Rejection;

    fn try_from(branch: pb::Branch) -> Result<Self, Rejection> {
        Ok(Self {
            state: BranchState::from_wire(branch.state)?,
            branch_id: branch.branch_id,
            brand_id: branch.brand_id,
            code: branch.code,
            slug: branch.slug,
            name: branch.name,
            phone: branch.phone,
            address: branch.address,
            time_zone: branch.time_zone,
            cutoff_minutes: branch.cutoff_minutes,
            version: branch.version,
        })
    }
}

impl BranchInput {
    /// The message, for the branch of this id; empty for a new one.
    pub fn into_wire(self, branch_id: String) -> pb::Branch {
        pb::Branch {
            branch_id,
            brand_id: self.brand_id,
            code: self.code,
            slug: self.slug,
            name: self.name,
            phone: self.phone,
            address: self.address,
            time_zone: self.time_zone,
            cutoff_minutes: self.cutoff_minutes,
            state: self.state.to_wire(),
            version: self.version.unwrap_or_default(),
        }
    }
}

impl TryFrom<Option<pb::Branch>> for BranchAnswer {
    type Error = Rejection;

    fn try_from(branch: Option<pb::Branch>) -> Result<Self, Rejection> {
        Ok(Self {
            branch: super::convert::present(branch, "the branch")?.try_into()?,
        })
    }
}
