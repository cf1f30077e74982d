//! Brands as the admin keeps them.

mod create;
mod list;
mod update;

use proto::catalog::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{problem::Rejection, state::Gateway};

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list::list_brands, create::create_brand))
        .routes(routes!(update::update_brand))
}

/// A brand of the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Brand {
    /// Id.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Slug in the storefront's address, unique on the platform.
    pub slug: String,
    /// Name.
    pub name: String,
    /// ISO 4217 currency of its prices.
    pub currency: String,
    /// Accent colour `#rrggbb`.
    pub accent: String,
    /// Introduction.
    pub introduction: String,
    /// Version for the next change.
    pub version: i64,
}

/// A brand as it shall be.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandInput {
    /// Slug in the storefront's address, unique on the platform.
    pub slug: String,
    /// Name, 1–60 characters.
    pub name: String,
    /// ISO 4217 currency of its prices.
    pub currency: String,
    /// Accent colour `#rrggbb`, contrast against white at least 4.5:1.
    pub accent: String,
    /// Introduction, at most 2,000 characters.
    #[serde(default)]
    pub introduction: String,
    /// Version it was read at; left out when creating.
    pub version: Option<i64>,
}

/// Answer with one brand.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrandAnswer {
    /// The brand.
    pub brand: Brand,
}

impl From<pb::Brand> for Brand {
    fn from(brand: pb::Brand) -> Self {
        Self {
            brand_id: brand.brand_id,
            slug: brand.slug,
            name: brand.name,
            currency: brand.currency,
            accent: brand.accent,
            introduction: brand.introduction,
            version: brand.version,
        }
    }
}

impl BrandInput {
    /// The message, for the brand of this id; empty for a new one.
    pub fn into_wire(self, brand_id: String) -> pb::Brand {
        pb::Brand {
            brand_id,
            slug: self.slug,
            name: self.name,
            currency: self.currency,
            accent: self.accent,
            introduction: self.introduction,
            version: self.version.unwrap_or_default(),
        }
    }
}

impl TryFrom<Option<pb::Brand>> for BrandAnswer {
    type Error = Rejection;

    fn try_from(brand: Option<pb::Brand>) -> Result<Self, Rejection> {
        Ok(Self {
            brand: super::convert::present(brand, "the brand")?.into(),
        })
    }
}
