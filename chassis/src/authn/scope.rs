//! Which part of an organisation a caller may touch.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::{BranchId, BrandId};

/// The whole organisation, or some brands and some branches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Everything of the organisation.
    #[serde(default)]
    pub organisation: bool,
    /// Brands with all their branches.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub brands: BTreeSet<BrandId>,
    /// Single branches.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub branches: BTreeSet<BranchId>,
}

impl Scope {
    /// Everything of the organisation.
    pub fn whole_organisation() -> Self {
        Self {
            organisation: true,
            ..Self::default()
        }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        !self.organisation && self.brands.is_empty() && self.branches.is_empty()
    }

    /// Whether the branch, which is one of `brand`, is in it.
    pub fn allows_branch(&self, brand: BrandId, branch: BranchId) -> bool {
        self.allows_brand(brand) || self.branches.contains(&branch)
    }

    /// Whether the brand with all its branches is in it.
    pub fn allows_brand(&self, brand: BrandId) -> bool {
        self.organisation || self.brands.contains(&brand)
    }
}
