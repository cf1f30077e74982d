//! Requests as owned values, and the answer of `pricing` in the terms of the reference.

use std::collections::BTreeMap;

use pricing::{
    rules::{Context, Customer, Member, Moment, Rule, RuleSet, UsageByRule, Weekday},
    *,
};
use pricing_reference::Price;
use uuid::Uuid;

pub const fn dollars(amount: i64) -> Amount {
    Amount::new(amount)
}

pub const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub const fn rule_id(n: u128) -> RuleId {
    RuleId::from_uuid(uuid(n))
}

/// All that a request is made of.
#[derive(Clone, Debug, Default)]
pub struct Order {
    pub lines: Vec<Line>,
    pub rules: Vec<Rule>,
    pub member: Option<Member>,
    pub usage: UsageByRule,
    pub entered: Vec<EnteredRule>,
    pub places: Places,
    pub points: Option<EnteredPoints>,
    pub program: Option<PointsProgram>,
    pub fees: Vec<Fee>,
    pub gifts: Gifts,
    pub discount_cap: Option<Rate>,
}

impl Order {
    /// The answers of `pricing` and of the reference.
    pub fn both(&self) -> (Priced, Price) {
        let cart = Cart::new(self.lines.clone()).unwrap();
        let rules = RuleSet::new(self.rules.clone()).unwrap();
        let customer = self
            .member
            .clone()
            .map_or(Customer::Guest, Customer::Member);
        let request = Request {
            customer: &customer,
            usage: &self.usage,
            entered: &self.entered,
            places: self.places,
            points: self.points,
            program: self.program.as_ref(),
            fees: &self.fees,
            gifts: &self.gifts,
            discount_cap: self.discount_cap,
            ..Request::new(&cart, &rules, context())
        };
        (
            pricing::price(&request).unwrap(),
            pricing_reference::price(&request),
        )
    }

    /// The answer of `pricing` as the reference gives it.
    pub fn in_terms_of_reference(&self, priced: &Priced) -> Price {
        let mut units: BTreeMap<ItemKey, Vec<(i64, u32)>> = BTreeMap::new();
        let mut off: BTreeMap<(RuleId, i64), i64> = BTreeMap::new();
        for (line, priced) in self.lines.iter().zip(&priced.lines) {
            let of_item = units.entry(ItemKey::of(line)).or_default();
            of_item.extend(
                priced
                    .units
                    .iter()
                    .map(|unit| (unit.net.minor(), unit.points)),
            );
        }
        let on_lines = priced.lines.iter().flat_map(|line| &line.adjustments);
        let on_fees = priced.fees.iter().flat_map(|fee| &fee.adjustments);
        for adjustment in on_lines.chain(on_fees) {
            let rule = (adjustment.rule, adjustment.version);
            *off.entry(rule).or_default() -= adjustment.amount.minor();
        }
        let code = |outcome: &Outcome| match outcome {
            Outcome::Used => None,
            Outcome::NotUsed(reason) => Some(reason.code()),
        };
        let gifts = priced.gifts.iter();
        let gifts = gifts.map(|gift| (gift.rule, gift.quantity, gift.state));
        let mut gifts: Vec<_> = gifts.collect();
        gifts.sort_by_key(|(rule, quantity, _)| (*rule, *quantity));
        Price {
            units,
            fees: priced.fees.iter().map(|fee| fee.net.minor()).collect(),
            total: priced.total.minor(),
            off,
            gifts,
            entered: priced.entered.iter().map(code).collect(),
            points: priced.points.as_ref().map(code),
            points_used: priced.points_used,
            earned: priced.earned.map(|earned| earned.points),
        }
    }
}

pub fn context() -> Context {
    let moment = Moment {
        at: 1_000,
        weekday: Weekday::Friday,
        minute: 12 * 60,
        month: 6,
    };
    Context {
        brand: BrandId::from_uuid(uuid(1)),
        branch: BranchId::from_uuid(uuid(1)),
        channel: Channel::new("web"),
        method: Method::new("pickup"),
        payment: None,
        placed: moment,
        wanted: Moment {
            minute: 18 * 60,
            ..moment
        },
    }
}
