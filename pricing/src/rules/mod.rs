//! Rules as values: promotions, benefits of tiers, codes and coupons.

mod check;
mod conditions;
mod effect;
pub(crate) mod target;

use std::{collections::BTreeMap, sync::Arc};

pub use check::{MAX_BRAND_RULES, MAX_EXCLUSIVE, MAX_PRIORITY, MAX_RULES, RuleFault, RuleSet};
pub use conditions::{
    Audience, Basis, Conditions, Context, Customer, Hours, Instant, Member, Minimum, Moment,
    Weekday, Who,
};
pub use effect::{
    BundleSlot, Discount, Effect, GiftItem, MAX_BUNDLE_SLOTS, Measure, OfferedItem, OrderDiscount,
    SetPricing, TakeFrom, Threshold, UnitDiscount,
};
pub use target::{Include, Pick, Target};

use crate::{
    amount::Amount,
    explanation::Stage,
    ids::RuleId,
    stacking::{Class, Classes, Exclusive},
};

/// One version of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Id, the same in all versions.
    pub id: RuleId,
    /// Version.
    pub version: i64,
    /// Name as the customer sees it.
    pub name: Arc<str>,
    /// Who brings it into an order; with the effect it decides the stage.
    pub class: Class,
    /// 0 to [`MAX_PRIORITY`], lower first.
    pub priority: u16,
    /// What it excludes.
    pub exclusive: Exclusive,
    /// Classes it may stand beside. Two rules stand together only if both allow it.
    pub beside: Classes,
    /// When, where and for whom.
    pub conditions: Conditions,
    /// Products it is about: what it takes from, and what counts for its thresholds.
    pub target: Target,
    /// Whether options and upcharges count (含加料), in thresholds too. Without, they are charged
    /// on top: it takes from what a unit costs beyond them.
    pub with_extras: bool,
    /// What it does.
    pub effect: Effect,
    /// How much of it there is.
    pub limits: Limits,
}

/// How much there is of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// 每單上限: units of an item rule, sets of a multi-item rule, thresholds of 每滿, gifts' times.
    pub per_order: Option<u32>,
    /// 折扣上限 of an order.
    pub max_discount: Option<Amount>,
    /// Orders of all customers.
    pub total: Option<u32>,
    /// Orders of one member.
    pub per_member: Option<u32>,
    /// Orders of one member a day.
    pub per_member_day: Option<u32>,
    /// Orders of all customers a day.
    pub per_day: Option<u32>,
    /// Sum of its discounts; it gives no more than what is left of it.
    pub budget: Option<Amount>,
}

/// What has been used of a rule by other orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Orders that carry it.
    pub total: u32,
    /// Those of the customer.
    pub member: u32,
    /// Those of the customer today.
    pub member_today: u32,
    /// Those of all customers today.
    pub today: u32,
    /// Sum of its discounts.
    pub spent: Amount,
}

/// What has been used, by rule; nothing of those that are missing.
pub type UsageByRule = BTreeMap<RuleId, Usage>;

impl Rule {
    /// A rule without conditions or limits, for all products, at the default priority, beside all
    /// others, extras counted.
    #[must_use]
    pub fn new(id: RuleId, name: &str, class: Class, effect: Effect) -> Self {
        Self {
            id,
            version: 1,
            name: name.into(),
            class,
            priority: 500,
            exclusive: Exclusive::None,
            beside: Classes::ALL,
            conditions: Conditions::default(),
            target: Target::default(),
            with_extras: true,
            effect,
            limits: Limits::default(),
        }
    }

    /// The stage it acts in.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match (&self.effect, self.class) {
            (Effect::DeliveryOff(_), _) => Stage::Fees,
            (Effect::MultiplyPoints { .. }, _) => Stage::Earning,
            (_, Class::Tier) => Stage::Tier,
            (_, Class::Code) => Stage::Code,
            (_, Class::Coupon) => Stage::Coupon,
            (_, Class::Points) => Stage::Points,
            (Effect::Item(_), Class::Promotion) => Stage::Item,
            (
                Effect::NthUnit { .. }
                | Effect::AnyN { .. }
                | Effect::BuyGet { .. }
                | Effect::Bundle { .. },
                Class::Promotion,
            ) => Stage::Multi,
            (Effect::Order(_) | Effect::Gift { .. } | Effect::AddOn(_), Class::Promotion) => {
                Stage::Order
            }
        }
    }

    /// What rules act by, one after another, and what decides between equals: priority, start, id.
    #[must_use]
    pub fn rank(&self) -> (u16, Option<Instant>, RuleId) {
        (self.priority, self.conditions.from, self.id)
    }
}
