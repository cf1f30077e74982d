//! Brands.

use chassis::{id::BrandId, money::Currency};

/// A brand of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// Id.
    pub id: BrandId,
    /// What the owner decides.
    pub details: Details,
    /// Version for the next change.
    pub version: i64,
}

/// What the owner of a brand decides about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Slug in the storefront's address, unique on the platform.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Currency of its prices.
    pub currency: Currency,
    /// Accent colour, readable against white.
    pub accent: String,
    /// Introduction, may be empty.
    pub introduction: String,
}
