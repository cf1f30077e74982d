//! The price of a cart once more: slow, obvious, and written by the text of the rules alone
//! (`docs/rules.md`, "Price stages"; ADR 0080), so that `pricing` can be compared with it.
//!
//! It takes the requests of `pricing` and shares none of its code: every rule is looked at for every
//! unit, every alternative is priced from the beginning. It must never be made fast, and never be
//! mended to agree with `pricing` where the text says otherwise.

mod allocation;
mod conditions;
mod decision;
mod sets;
mod stages;
mod takes;

use std::collections::BTreeMap;

use pricing::{
    Class, GiftState, ItemKey, Line, Reason, Request, RuleId,
    rules::{Effect, Pick, Rule, Target},
};

/// The price of a cart, without its layout in lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Net and points of the units of each item, in their order.
    pub units: BTreeMap<ItemKey, Vec<(i64, u32)>>,
    /// Net of each fee.
    pub fees: Vec<i64>,
    /// All of it.
    pub total: i64,
    /// What each version of a rule takes off goods and fees; those that take nothing are left out.
    pub off: BTreeMap<(RuleId, i64), i64>,
    /// Gifts: rule, how many, what becomes of them.
    pub gifts: Vec<(RuleId, u32, GiftState)>,
    /// Codes of the reasons why entered rules are not used.
    pub entered: Vec<Option<&'static str>>,
    /// The same of points.
    pub points: Option<Option<&'static str>>,
    /// Points used.
    pub points_used: u32,
    /// Points earned.
    pub earned: Option<u32>,
}

/// Prices a cart.
#[must_use]
pub fn price(request: &Request<'_>) -> Price {
    let cart = Cart::of(request);
    decision::decide(&cart)
}

/// A unit, as rules see it.
pub(crate) struct Unit<'a> {
    line: &'a Line,
    key: ItemKey,
}

/// A cart by units, and the rules beside it.
pub(crate) struct Cart<'a> {
    request: &'a Request<'a>,
    /// In the order of their items, within an item in the order of lines.
    units: Vec<Unit<'a>>,
    /// Rules that act automatically in the order of their rank, then those that were entered.
    rules: Vec<&'a Rule>,
    automatic: usize,
}

/// A place in [`Cart::units`].
type UnitAt = usize;
/// A place in [`Cart::rules`].
type RuleAt = usize;

impl<'a> Cart<'a> {
    fn of(request: &'a Request<'a>) -> Self {
        let mut units = Vec::new();
        for line in request.cart.lines() {
            for _ in 0..line.quantity {
                let key = ItemKey::of(line);
                units.push(Unit { line, key });
            }
        }
        units.sort_by(|one, other| one.key.cmp(&other.key));
        let mut rules: Vec<_> = request.rules.rules().iter().collect();
        rules.sort_by_key(|rule| rule.rank());
        let automatic = rules.len();
        rules.extend(request.entered.iter().map(|entered| &entered.rule));
        Self {
            request,
            units,
            rules,
            automatic,
        }
    }

    fn places(&self) -> std::ops::Range<UnitAt> {
        0..self.units.len()
    }

    /// The unit takes part in rules: it is not 不列入優惠, and was not bought as an offer.
    fn is_ordinary(&self, unit: UnitAt) -> bool {
        let line = self.units[unit].line;
        !line.excluded && line.offered_by.is_none()
    }

    /// Units that a rule may take from.
    fn eligible(&self, rule: &Rule) -> Vec<UnitAt> {
        let of_rule = |&unit: &UnitAt| {
            self.is_ordinary(unit) && is_target(self.units[unit].line, &rule.target)
        };
        self.places().filter(of_rule).collect()
    }

    /// Units that count for the conditions of a rule.
    fn counted(&self, rule: &Rule) -> Vec<UnitAt> {
        let counts = |&unit: &UnitAt| {
            let line = self.units[unit].line;
            let excluded_counts = rule.conditions.minimum.counts_excluded;
            line.offered_by.is_none()
                && (!line.excluded || excluded_counts)
                && is_target(line, &rule.target)
        };
        self.places().filter(counts).collect()
    }

    /// What a rule sees of a unit that costs so much: without 含加料 only what is beyond its options.
    fn seen(&self, rule: &Rule, unit: UnitAt, net: i64) -> i64 {
        let extras = self.units[unit].line.extras.minor();
        if rule.with_extras {
            net
        } else {
            (net - extras).max(0)
        }
    }

    fn is_entered(&self, rule: RuleAt) -> bool {
        rule >= self.automatic
    }
}

/// Whether a line is of a target.
fn is_target(line: &Line, target: &Target) -> bool {
    let meets = |pick: &Pick| match pick {
        Pick::Product(product) => line.product == *product,
        Pick::Variant(variant) => line.variant == *variant,
        Pick::Category(category) => line.categories.contains(category),
        Pick::Tag(tag) => line.tags.contains(tag),
    };
    let included = match &target.include {
        pricing::rules::Include::Everything => true,
        pricing::rules::Include::Of(picks) => picks.iter().any(meets),
    };
    included && !target.exclude.iter().any(meets)
}

/// The stages after the list price, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// A
    Item,
    /// B
    Several,
    /// C
    Order,
    /// D
    Tier,
    /// E
    Code,
    /// F
    Coupon,
    /// H
    Fees,
    /// After all.
    Earning,
}

fn stage(rule: &Rule) -> Stage {
    match (&rule.effect, rule.class) {
        (Effect::DeliveryOff(_), _) => Stage::Fees,
        (Effect::MultiplyPoints { .. }, _) => Stage::Earning,
        (_, Class::Tier) => Stage::Tier,
        (_, Class::Code) => Stage::Code,
        (_, Class::Coupon | Class::Points) => Stage::Coupon,
        (Effect::Item(_), Class::Promotion) => Stage::Item,
        (
            Effect::NthUnit { .. }
            | Effect::AnyN { .. }
            | Effect::BuyGet { .. }
            | Effect::Bundle { .. },
            Class::Promotion,
        ) => Stage::Several,
        (Effect::Order(_) | Effect::Gift { .. } | Effect::AddOn(_), Class::Promotion) => {
            Stage::Order
        }
    }
}

/// Why something does nothing.
pub(crate) type Refusal = Reason;
