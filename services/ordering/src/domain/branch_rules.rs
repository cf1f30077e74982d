//! A brand's rules as a branch's menu is priced by them.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use chrono::{DateTime, Utc};
use pricing::{Places, PointsProgram, Rate, RuleId, rules::RuleSet};

use super::tier_exclusive::TierExclusive;

static NONE: LazyLock<Arc<BranchRules>> = LazyLock::new(Arc::default);

/// A version of a brand's rules, for the menu of one branch.
#[derive(Debug, Default)]
pub struct BranchRules {
    /// Version of the document; 0 where nothing was published.
    pub version: i64,
    /// Rules that act automatically.
    pub rules: RuleSet,
    /// Versions of the points programme, by their start.
    pub programmes: Vec<(DateTime<Utc>, PointsProgram)>,
    /// 總折扣上限.
    pub discount_cap: Option<Rate>,
    /// Most codes of an order.
    pub max_codes: usize,
    /// Most coupons of an order.
    pub max_coupons: usize,
    /// Rules whose use is counted.
    pub counted: BTreeSet<RuleId>,
    /// What only members of some tiers may order.
    pub exclusives: Vec<TierExclusive>,
}

impl BranchRules {
    /// No rules at all.
    #[must_use]
    pub fn none() -> Arc<Self> {
        Arc::clone(&NONE)
    }

    /// Neither rules nor a points programme, and nothing that is for some tiers alone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.rules().is_empty() && self.programmes.is_empty() && self.exclusives.is_empty()
    }

    /// How many codes and coupons an order may have: one where nothing was published.
    #[must_use]
    pub fn places(&self) -> Places {
        Places {
            codes: self.max_codes.max(1),
            coupons: self.max_coupons.max(1),
        }
    }

    /// The points programme at an instant.
    #[must_use]
    pub fn programme(&self, at: DateTime<Utc>) -> Option<&PointsProgram> {
        let begun = self.programmes.iter().filter(|(start, _)| *start <= at);
        let last = begun.max_by_key(|(start, _)| *start);
        last.map(|(_, programme)| programme)
    }
}

impl From<benefit_rules::Document> for BranchRules {
    fn from(document: benefit_rules::Document) -> Self {
        Self {
            version: document.version,
            rules: document.rules,
            programmes: document.points,
            discount_cap: document.discount_cap,
            max_codes: document.max_codes,
            max_coupons: document.max_coupons,
            counted: document.limited,
            exclusives: Vec::new(),
        }
    }
}
