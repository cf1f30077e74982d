//! What decides a price beside menu, cart and fees.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use pricing::{
    EnteredRule, Gifts, PaymentMethod,
    rules::{Customer, Rule, UsageByRule},
};
use uuid::Uuid;

use super::{
    benefits::{EnteredKind, Params, Rejection},
    branch_rules::BranchRules,
    menu::DayRule,
};

/// Product and variant of a gift.
pub type GiftItem = (pricing::ProductId, pricing::VariantId);

/// What decides a price beside menu, cart and fees.
#[derive(Clone, Debug)]
pub struct PriceInputs {
    /// Rules that act automatically.
    pub rules: Arc<BranchRules>,
    /// How the branch counts days.
    pub day_rule: DayRule,
    /// Who orders.
    pub customer: Customer,
    /// What other orders have used.
    pub usage: UsageByRule,
    /// What the customer entered, in the cart's order: codes, coupons, points.
    pub entered: Vec<EnteredItem>,
    /// What is known of gifts.
    pub gifts: Gifts,
    /// Kind of payment.
    pub payment: Option<PaymentMethod>,
}

/// A code, a coupon or points that the customer entered, and what is known of it.
#[derive(Clone, Debug)]
pub struct EnteredItem {
    /// Which of them.
    pub kind: EnteredKind,
    /// Place among the codes or coupons of the cart.
    pub place: usize,
    /// The code as typed, or the coupon's id; empty for points.
    pub entered: String,
    /// The code, where it is known.
    pub code: Option<Uuid>,
    /// The coupon, where it is known.
    pub coupon: Option<Uuid>,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// The customer uses it although the order costs more with it.
    pub insisted: bool,
    /// What it is.
    pub found: Found,
}

/// What something entered is.
#[derive(Clone, Debug)]
pub enum Found {
    /// A rule.
    Rule(Box<Rule>),
    /// So many points.
    Points(u32),
    /// It cannot be used.
    Unusable(Rejection),
}

/// No rule asks for weekdays and times of the day where there are none.
const NO_RULE_ASKS: DayRule = DayRule {
    tz: chrono_tz::UTC,
    cutoff_minutes: 0,
};

impl PriceInputs {
    /// Those of a guest in a branch without rules.
    #[must_use]
    pub fn none() -> Self {
        Self {
            rules: BranchRules::none(),
            day_rule: NO_RULE_ASKS,
            customer: Customer::Guest,
            usage: BTreeMap::new(),
            entered: Vec::new(),
            gifts: Gifts::default(),
            payment: None,
        }
    }

    /// Codes and coupons that can be tried, in the cart's order.
    pub(super) fn entered_rules(&self) -> Vec<EnteredRule> {
        let rule = |item: &EnteredItem| match &item.found {
            Found::Rule(rule) => Some(EnteredRule {
                rule: (**rule).clone(),
                insisted: item.insisted,
            }),
            Found::Points(_) | Found::Unusable(_) => None,
        };
        self.entered.iter().filter_map(rule).collect()
    }

    /// The points that can be tried.
    pub(super) fn entered_points(&self) -> Option<pricing::EnteredPoints> {
        let mut items = self.entered.iter();
        items.find_map(|item| match item.found {
            Found::Points(points) => Some(pricing::EnteredPoints {
                points,
                insisted: item.insisted,
            }),
            Found::Rule(_) | Found::Unusable(_) => None,
        })
    }
}

impl EnteredItem {
    /// Something that cannot be used for this reason.
    #[must_use]
    pub fn unusable(
        kind: EnteredKind,
        place: usize,
        entered: &str,
        reason: &str,
        params: Params,
    ) -> Self {
        Self {
            kind,
            place,
            entered: entered.to_owned(),
            code: None,
            coupon: None,
            ends_at: None,
            insisted: false,
            found: Found::Unusable(Rejection {
                reason: reason.to_owned(),
                params,
            }),
        }
    }
}
