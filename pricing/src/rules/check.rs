//! What makes rules sound, so that pricing itself refuses none.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Discount, Effect, Include, MAX_BUNDLE_SLOTS, OrderDiscount, Pick, Rule, SetPricing, Target,
    UnitDiscount,
};
use crate::{
    amount::{Amount, Rate},
    cart::MAX_LINE_UNITS,
    explanation::Stage,
    ids::RuleId,
    stacking::{Class, Exclusive},
};

/// Highest priority number.
pub const MAX_PRIORITY: u16 = 999;
/// Most rules that act automatically in a branch.
pub const MAX_RULES: usize = 200;
/// Most of them that stand alone; each is priced by itself.
pub const MAX_EXCLUSIVE: usize = 20;
/// Most rules of a brand, of all branches, present and later.
pub const MAX_BRAND_RULES: usize = 500;
/// Highest factor of points.
const MAX_FACTOR: Rate = Rate::bp(100_000);

/// Why rules cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// The end is before the start.
    #[error("rule {0} ends before it starts")]
    PeriodInvalid(RuleId),
    /// A rate of 0, or of the whole or more where that is no gift.
    #[error("rule {0} has a rate out of range")]
    PercentInvalid(RuleId),
    /// Thresholds that do not rise, or 每滿 with more than one step or a rate.
    #[error("rule {0} has thresholds that do not rise")]
    TiersInvalid(RuleId),
    /// Products were to be chosen and none was.
    #[error("rule {0} is about no product")]
    EmptyTarget(RuleId),
    /// An amount, count, hour or priority outside its range.
    #[error("rule {0} has a number out of range")]
    OutOfRange(RuleId),
    /// A class that does not go with the effect or this place.
    #[error("rule {0} has a class that does not fit")]
    ClassInvalid(RuleId),
    /// An exclusion group with members in two stages.
    #[error("the group {0:?} has rules of several stages")]
    GroupOverStages(String),
    /// Two rules of one id.
    #[error("rule {0} is there twice")]
    Twice(RuleId),
    /// More than [`MAX_RULES`], or [`MAX_BRAND_RULES`] of a brand.
    #[error("{0} rules are too many")]
    TooManyRules(usize),
    /// More than [`MAX_EXCLUSIVE`] that stand alone.
    #[error("{0} rules that stand alone are more than {MAX_EXCLUSIVE}")]
    TooManyExclusive(usize),
}

/// Rules that act automatically: promotions and benefits of tiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSet {
    rules: Vec<Rule>,
}

impl RuleSet {
    /// Takes sound rules that may all act in one branch, in any order; names every fault else.
    pub fn new(rules: Vec<Rule>) -> Result<Self, Vec<RuleFault>> {
        let alone = rules.iter().filter(|rule| rule.stands_alone()).count();
        let too_many = (alone > MAX_EXCLUSIVE).then_some(RuleFault::TooManyExclusive(alone));
        Self::checked(rules, MAX_RULES, too_many)
    }

    /// Takes the rules of all branches of a brand, present and later. How many of them act in one
    /// branch at a time is checked when one is enabled.
    pub fn of_brand(rules: Vec<Rule>) -> Result<Self, Vec<RuleFault>> {
        Self::checked(rules, MAX_BRAND_RULES, None)
    }

    fn checked(
        mut rules: Vec<Rule>,
        most: usize,
        too_many_exclusive: Option<RuleFault>,
    ) -> Result<Self, Vec<RuleFault>> {
        let mut faults: Vec<_> = rules.iter().filter_map(|rule| rule.check().err()).collect();
        let automatic = |rule: &&Rule| matches!(rule.class, Class::Promotion | Class::Tier);
        let others = rules.iter().filter(|rule| !automatic(rule));
        faults.extend(others.map(|rule| RuleFault::ClassInvalid(rule.id)));
        if rules.len() > most {
            faults.push(RuleFault::TooManyRules(rules.len()));
        }
        faults.extend(too_many_exclusive);
        let mut ids = BTreeSet::new();
        let twice = rules.iter().filter(|rule| !ids.insert(rule.id));
        faults.extend(twice.map(|rule| RuleFault::Twice(rule.id)));
        faults.extend(groups_over_stages(&rules));
        if !faults.is_empty() {
            return Err(faults);
        }
        rules.sort_by_key(Rule::rank);
        Ok(Self { rules })
    }

    /// The rules in the order of their rank.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
}

fn groups_over_stages(rules: &[Rule]) -> Vec<RuleFault> {
    let mut stages: BTreeMap<&str, BTreeSet<Stage>> = BTreeMap::new();
    for rule in rules {
        if let Exclusive::Group(group) = &rule.exclusive {
            stages.entry(group).or_default().insert(rule.stage());
        }
    }
    let several = stages.iter().filter(|(_, stages)| stages.len() > 1);
    several
        .map(|(group, _)| RuleFault::GroupOverStages((*group).to_owned()))
        .collect()
}

impl Rule {
    /// Whether the rule is sound; names the first fault.
    pub fn check(&self) -> Result<(), RuleFault> {
        let id = self.id;
        let conditions = &self.conditions;
        if let (Some(from), Some(until)) = (conditions.from, conditions.until)
            && until < from
        {
            return Err(RuleFault::PeriodInvalid(id));
        }
        if self.class == Class::Points {
            return Err(RuleFault::ClassInvalid(id));
        }
        let limits = &self.limits;
        let counts_in_range = self.priority <= MAX_PRIORITY
            && limits
                .per_order
                .is_none_or(|most| (1..=MAX_LINE_UNITS).contains(&most))
            && conditions
                .hours
                .iter()
                .all(|hours| hours.from < 1_440 && hours.to <= 1_440);
        let amounts = [Some(conditions.minimum.spend), limits.max_discount];
        if !counts_in_range || !amounts.into_iter().flatten().all(Amount::in_range) {
            return Err(RuleFault::OutOfRange(id));
        }
        self.check_target(&self.target)?;
        self.check_effect()
    }

    fn check_target(&self, target: &Target) -> Result<(), RuleFault> {
        let empty = |picks: &Vec<Pick>| picks.is_empty();
        match &target.include {
            Include::Of(picks) if empty(picks) => Err(RuleFault::EmptyTarget(self.id)),
            Include::Of(_) | Include::Everything => Ok(()),
        }
    }

    fn check_effect(&self) -> Result<(), RuleFault> {
        let in_range = |good: bool| good.then_some(()).ok_or(RuleFault::OutOfRange(self.id));
        let sets = 2..=MAX_LINE_UNITS;
        match &self.effect {
            Effect::Item(off) => {
                // The whole is 商品兌換, which a customer holds.
                let whole = matches!(self.class, Class::Code | Class::Coupon);
                self.check_unit_off(*off, whole)
            }
            Effect::NthUnit { n, off, .. } => {
                in_range(sets.contains(n))?;
                self.check_unit_off(*off, true)
            }
            Effect::AnyN { n, price } => {
                in_range(sets.contains(n))?;
                match price {
                    SetPricing::Fixed(price) => in_range(price.in_range()),
                    SetPricing::PercentOff(rate) => self.check_rate(*rate, false),
                }
            }
            Effect::BuyGet {
                buy,
                get,
                get_from,
                off,
                ..
            } => {
                in_range(*buy > 0 && *get > 0 && buy.saturating_add(*get) <= MAX_LINE_UNITS)?;
                get_from
                    .iter()
                    .try_for_each(|target| self.check_target(target))?;
                self.check_unit_off(*off, true)
            }
            Effect::Bundle { slots, price } => {
                let counts = slots
                    .iter()
                    .all(|slot| (1..=MAX_LINE_UNITS).contains(&slot.units));
                in_range((2..=MAX_BUNDLE_SLOTS).contains(&slots.len()) && counts)?;
                in_range(price.in_range())?;
                slots
                    .iter()
                    .try_for_each(|slot| self.check_target(&slot.target))
            }
            Effect::Order(discount) => self.check_order_discount(discount),
            Effect::Gift { gift, repeats } => {
                let minimum = &self.conditions.minimum;
                let measured = minimum.spend > Amount::ZERO || minimum.units > 0;
                let count = (1..=MAX_LINE_UNITS).contains(&gift.quantity);
                in_range(count && gift.list.in_range() && (measured || !repeats))
            }
            Effect::AddOn(items) => {
                let sound = |most: u32| (1..=MAX_LINE_UNITS).contains(&most);
                let all = items
                    .iter()
                    .all(|item| item.price.in_range() && sound(item.most));
                in_range(!items.is_empty() && all)
            }
            Effect::DeliveryOff(off) => self.check_off(*off, true),
            Effect::MultiplyPoints { factor, .. } => {
                in_range((Rate::WHOLE..=MAX_FACTOR).contains(factor))
            }
        }
    }

    fn check_order_discount(&self, discount: &OrderDiscount) -> Result<(), RuleFault> {
        let invalid = Err(RuleFault::TiersInvalid(self.id));
        let thresholds = &discount.thresholds;
        let rising = thresholds.windows(2).all(|pair| pair[0].at < pair[1].at);
        if thresholds.is_empty()
            || !rising
            || !thresholds
                .iter()
                .all(|step| Amount::new(step.at).in_range())
        {
            return invalid;
        }
        if discount.repeats {
            let [step] = thresholds.as_slice() else {
                return invalid;
            };
            if step.at == 0 || matches!(step.off, Discount::Percent(_)) {
                return invalid;
            }
        }
        thresholds
            .iter()
            .try_for_each(|step| self.check_off(step.off, false))
    }

    fn check_unit_off(&self, off: UnitDiscount, whole: bool) -> Result<(), RuleFault> {
        match off {
            UnitDiscount::Percent(rate) => self.check_rate(rate, whole),
            UnitDiscount::Amount(amount) => self.check_amount(amount),
            UnitDiscount::Price(price) if price.in_range() => Ok(()),
            UnitDiscount::Price(_) => Err(RuleFault::OutOfRange(self.id)),
        }
    }

    fn check_off(&self, off: Discount, whole: bool) -> Result<(), RuleFault> {
        match off {
            Discount::Percent(rate) => self.check_rate(rate, whole),
            Discount::Amount(amount) => self.check_amount(amount),
        }
    }

    fn check_amount(&self, amount: Amount) -> Result<(), RuleFault> {
        let good = amount.in_range() && amount > Amount::ZERO;
        good.then_some(()).ok_or(RuleFault::OutOfRange(self.id))
    }

    fn check_rate(&self, rate: Rate, whole: bool) -> Result<(), RuleFault> {
        let good = rate > Rate::bp(0) && (rate < Rate::WHOLE || whole && rate == Rate::WHOLE);
        good.then_some(()).ok_or(RuleFault::PercentInvalid(self.id))
    }
}
