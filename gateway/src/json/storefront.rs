//! A brand's own page.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use proto::{capacity::v1::BranchOpenStatus, catalog::v1 as pb};
use serde::Serialize;
use utoipa::ToSchema;

use super::{availability::OpenState, convert::time};
use crate::problem::Result;

/// A brand with its branches, as customers see them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Storefront)]
pub struct StorefrontPage {
    /// The brand.
    pub brand: StorefrontBrand,
    /// Its branches by name.
    pub branches: Vec<StorefrontBranch>,
}

/// A brand as customers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StorefrontBrand {
    /// Id.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Slug in the address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// ISO 4217 currency of its prices.
    pub currency: String,
    /// Accent colour `#rrggbb`.
    pub accent: String,
    /// Introduction.
    pub introduction: String,
}

/// A branch as customers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StorefrontBranch {
    /// Id.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Slug in the address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Phone in E.164 form.
    pub phone: String,
    /// Address as written.
    pub address: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Whether it takes orders for now; null while that cannot be read.
    pub state: Option<OpenState>,
    /// When it takes orders for now again; null while open or when nobody knows.
    pub opens_at: Option<DateTime<Utc>>,
    /// Time promised if ordered now; null while it is not open.
    pub promised_at: Option<DateTime<Utc>>,
}

impl From<pb::Brand> for StorefrontBrand {
    fn from(brand: pb::Brand) -> Self {
        Self {
            brand_id: brand.brand_id,
            slug: brand.slug,
            name: brand.name,
            currency: brand.currency,
            accent: brand.accent,
            introduction: brand.introduction,
        }
    }
}

impl StorefrontPage {
    /// The page of a brand, with what is known of its branches by their ids.
    pub fn new(
        brand: pb::Brand,
        branches: &[Arc<pb::Branch>],
        statuses: &HashMap<String, BranchOpenStatus>,
    ) -> Result<Self> {
        let branches = branches
            .iter()
            .map(|branch| StorefrontBranch::new(branch, statuses.get(&branch.branch_id)));
        Ok(Self {
            brand: brand.into(),
            branches: branches.collect::<Result<_>>()?,
        })
    }
}

impl StorefrontBranch {
    fn new(branch: &pb::Branch, status: Option<&BranchOpenStatus>) -> Result<Self> {
        let state = status.map(|status| OpenState::from_wire(status.state));
        Ok(Self {
            state: state.transpose()?,
            opens_at: status.and_then(|status| time(status.opens_at)),
            promised_at: status.and_then(|status| time(status.promised_at)),
            branch_id: branch.branch_id.clone(),
            slug: branch.slug.clone(),
            name: branch.name.clone(),
            phone: branch.phone.clone(),
            address: branch.address.clone(),
            time_zone: branch.time_zone.clone(),
        })
    }
}
