//! What products cost least when every rule that may act does.

use std::collections::{BTreeMap, BTreeSet};

use pricing::{
    Amount, Cart, Class, EnteredRule, Line, MAX_LINE_UNITS, Priced, ProductId, Request, RuleId,
    VariantId,
    rules::{
        Basis, Conditions, Context, Customer, Effect, Limits, Measure, Member, Moment, Rule,
        RuleSet, Target, Weekday,
    },
};
use uuid::Uuid;

use super::{
    MenuItem, is_automatic,
    relation::{is_of, takes_from},
};

/// Most quantities of a product that are tried.
const MAX_QUANTITIES: usize = 8;
/// Most products that are tried.
const MAX_PRODUCTS: usize = 1_000;

/// The least a product can cost with all rules that may act together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorstCase {
    /// Product.
    pub product: ProductId,
    /// Variant.
    pub variant: VariantId,
    /// List price.
    pub list: Amount,
    /// Least net of a unit, on the average of those bought together.
    pub least: Amount,
    /// What it costs to make, where that is known.
    pub cost: Option<Amount>,
    /// Rules that lead there.
    pub rules: Vec<RuleId>,
}

pub(super) struct Worst {
    pub depth: usize,
    /// Those that cost less than their list price, the largest discount first.
    pub cases: Vec<WorstCase>,
    pub below_floor: usize,
}

impl WorstCase {
    /// The list price.
    fn none(item: &MenuItem) -> Self {
        Self {
            product: item.product,
            variant: item.variant,
            list: item.list,
            least: item.list,
            cost: item.cost,
            rules: Vec::new(),
        }
    }

    fn min(self, other: Self) -> Self {
        if other.least < self.least {
            other
        } else {
            self
        }
    }

    fn is_below_floor(&self) -> bool {
        match self.cost {
            Some(cost) => self.least < cost,
            None => self.least <= Amount::ZERO,
        }
    }

    /// Discount by ten thousands of the list price.
    fn share(&self) -> i64 {
        (self.list - self.least).minor() * 10_000 / self.list.minor().max(1)
    }
}

/// Prices each product alone in the quantities at which some rule begins to act, and with what a set
/// of the rule needs beside it.
pub(super) fn find(rule: &Rule, meeting: &[&Rule], menu: &[MenuItem]) -> Worst {
    let mut worst = Worst {
        depth: 0,
        cases: Vec::new(),
        below_floor: 0,
    };
    let entered = matches!(rule.class, Class::Code | Class::Coupon);
    let automatic = meeting.iter().copied().filter(|one| is_automatic(one));
    let own = (!entered).then_some(rule);
    let opened = automatic.chain(own).map(open).collect();
    let Ok(rules) = RuleSet::of_brand(opened) else {
        return worst;
    };
    let entered: Vec<_> = entered
        .then(|| EnteredRule {
            rule: open(rule),
            insisted: false,
        })
        .into_iter()
        .collect();
    let of_rule = menu.iter().filter(|item| takes_from(rule, item));
    for item in of_rule.take(MAX_PRODUCTS) {
        let mut least = WorstCase::none(item);
        // First by the list price; then by what was found, for discounts move thresholds away.
        for _ in 0..2 {
            for quantity in quantities(rule, meeting, least.least) {
                let lines = cart(rule, item, quantity, menu);
                if let Some(priced) = price(lines, &rules, &entered) {
                    worst.depth = worst.depth.max(depth(&priced));
                    least = least.min(case(item, &priced));
                }
            }
        }
        if least.least < least.list {
            worst.below_floor += usize::from(least.is_below_floor());
            worst.cases.push(least);
        }
    }
    worst
        .cases
        .sort_by_key(|case| (std::cmp::Reverse(case.share()), case.product, case.variant));
    worst
}

fn price(lines: Vec<Line>, rules: &RuleSet, entered: &[EnteredRule]) -> Option<Priced> {
    let cart = Cart::new(lines).ok()?;
    let customer = Customer::Member(Member::default());
    let request = Request {
        customer: &customer,
        entered,
        ..Request::new(&cart, rules, context())
    };
    pricing::price(&request).ok()
}

/// The rule at any time, place and for any customer, with everything left of it.
fn open(rule: &Rule) -> Rule {
    Rule {
        conditions: Conditions {
            from: rule.conditions.from,
            until: None,
            minimum: rule.conditions.minimum,
            basis: Basis::Placed,
            ..Conditions::default()
        },
        limits: Limits {
            per_order: rule.limits.per_order,
            max_discount: rule.limits.max_discount,
            ..Limits::default()
        },
        ..rule.clone()
    }
}

/// One, and each quantity that just reaches a threshold at a price or fills a set.
fn quantities(rule: &Rule, meeting: &[&Rule], price: Amount) -> Vec<u32> {
    let mut found = BTreeSet::from([1]);
    // The rule's own first: others only as many as are tried.
    for one in [rule].into_iter().chain(meeting.iter().copied()) {
        let mut add = |units: i64| {
            let units = u32::try_from(units).unwrap_or(MAX_LINE_UNITS);
            if found.len() < MAX_QUANTITIES {
                found.insert(units.clamp(1, MAX_LINE_UNITS));
            }
        };
        let for_spend = |spend: i64| {
            let price = price.minor().max(1);
            (spend + price - 1) / price
        };
        add(for_spend(one.conditions.minimum.spend.minor()));
        add(i64::from(one.conditions.minimum.units));
        match &one.effect {
            Effect::NthUnit { n, .. } | Effect::AnyN { n, .. } => add(i64::from(*n)),
            Effect::BuyGet { buy, get, .. } => add(i64::from(buy + get)),
            Effect::Order(discount) => {
                for threshold in &discount.thresholds {
                    add(match discount.measure {
                        Measure::Spend => for_spend(threshold.at),
                        Measure::Units => threshold.at,
                    });
                }
            }
            _ => {}
        }
    }
    found.into_iter().collect()
}

/// So many of an item, and the cheapest of what else a set of the rule needs.
fn cart(rule: &Rule, item: &MenuItem, quantity: u32, menu: &[MenuItem]) -> Vec<Line> {
    let mut lines = vec![line(item, quantity)];
    let mut add = |target: &Target, units: u32| {
        let fits = |other: &&MenuItem| !other.excluded && is_of(target, other);
        if is_of(target, item) {
            return;
        }
        if let Some(other) = menu.iter().filter(fits).min_by_key(|other| other.list) {
            lines.push(line(other, units));
        }
    };
    match &rule.effect {
        Effect::Bundle { slots, .. } => {
            for slot in slots {
                add(&slot.target, slot.units);
            }
        }
        Effect::BuyGet {
            buy,
            get,
            get_from: Some(from),
            ..
        } => {
            add(&rule.target, *buy);
            add(from, *get);
        }
        _ => {}
    }
    lines
}

fn line(item: &MenuItem, quantity: u32) -> Line {
    Line {
        categories: item.categories.clone(),
        excluded: item.excluded,
        ..Line::new(item.product, item.variant, item.list, quantity)
    }
}

/// What the first line came to.
fn case(item: &MenuItem, priced: &Priced) -> WorstCase {
    let line = &priced.lines[0];
    let units = i64::try_from(line.units.len()).unwrap_or(i64::MAX);
    WorstCase {
        least: Amount::new(line.net.minor() / units.max(1)),
        rules: line.adjustments.iter().map(|one| one.rule).collect(),
        ..WorstCase::none(item)
    }
}

/// Most rules on one unit.
fn depth(priced: &Priced) -> usize {
    let mut most = 0;
    for line in &priced.lines {
        let mut by_unit: BTreeMap<usize, usize> = BTreeMap::new();
        for adjustment in &line.adjustments {
            for (unit, off) in adjustment.per_unit.iter().enumerate() {
                *by_unit.entry(unit).or_default() += usize::from(*off < Amount::ZERO);
            }
        }
        most = most.max(by_unit.values().copied().max().unwrap_or(0));
    }
    most
}

/// No rule asks for it: conditions of time and place are left out.
fn context() -> Context {
    let moment = Moment {
        at: i64::MAX,
        weekday: Weekday::Monday,
        minute: 0,
        month: 1,
    };
    let nowhere = Uuid::nil();
    Context {
        brand: pricing::BrandId::from_uuid(nowhere),
        branch: pricing::BranchId::from_uuid(nowhere),
        channel: pricing::Channel::new(""),
        method: pricing::Method::new(""),
        payment: None,
        placed: moment,
        wanted: moment,
    }
}
