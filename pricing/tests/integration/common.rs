//! A branch, its carts and its rules, in few words.

use std::collections::BTreeMap;

use pricing::{
    rules::{
        Conditions, Context, Customer, Discount, Effect, Member, Minimum, Moment, OrderDiscount,
        Pick, Rule, RuleSet, Target, UnitDiscount, UsageByRule, Weekday,
    },
    *,
};
use uuid::Uuid;

pub const fn dollars(amount: i64) -> Amount {
    Amount::new(amount)
}

/// An id made from a small number, ordered as the numbers are.
macro_rules! id {
    ($kind:ident, $n:expr) => {
        pricing::$kind::from_uuid(uuid::Uuid::from_u128($n))
    };
}
pub(crate) use id;

pub fn rule_id(n: u128) -> RuleId {
    RuleId::from_uuid(Uuid::from_u128(n))
}

/// Units of product `n`, variant `n`.
pub fn line(n: u128, base: i64, quantity: u32) -> Line {
    Line::new(
        id!(ProductId, n),
        id!(VariantId, n),
        dollars(base),
        quantity,
    )
}

pub fn with_extras(line: Line, extras: i64) -> Line {
    let chosen = ChosenOption {
        option: id!(OptionId, 1),
        quantity: 1,
    };
    Line {
        options: vec![chosen],
        extras: dollars(extras),
        ..line
    }
}

pub fn in_category(line: Line, category: u128) -> Line {
    Line {
        categories: vec![id!(CategoryId, category)],
        ..line
    }
}

pub fn products(numbers: &[u128]) -> Target {
    let pick = |n: &u128| Pick::Product(id!(ProductId, *n));
    Target::of(numbers.iter().map(pick).collect())
}

pub fn rule(n: u128, class: Class, effect: Effect) -> Rule {
    Rule::new(rule_id(n), &format!("rule {n}"), class, effect)
}

pub fn promotion(n: u128, effect: Effect) -> Rule {
    rule(n, Class::Promotion, effect)
}

pub fn for_products(rule: Rule, numbers: &[u128]) -> Rule {
    Rule {
        target: products(numbers),
        ..rule
    }
}

pub fn from_spend(rule: Rule, spend: i64) -> Rule {
    let minimum = Minimum {
        spend: dollars(spend),
        ..rule.conditions.minimum
    };
    let conditions = Conditions {
        minimum,
        ..rule.conditions
    };
    Rule { conditions, ..rule }
}

/// An amount off the order from an amount on.
pub fn off_from(at: i64, off: i64) -> Effect {
    Effect::Order(OrderDiscount::from_spend(
        at,
        Discount::Amount(dollars(off)),
    ))
}

/// A rate off the order.
pub fn percent_off(bp: u32) -> Effect {
    Effect::Order(OrderDiscount::always(Discount::Percent(Rate::bp(bp))))
}

/// A rate off each item.
pub fn item_percent(bp: u32) -> Effect {
    Effect::Item(UnitDiscount::Percent(Rate::bp(bp)))
}

pub const FREE: UnitDiscount = UnitDiscount::Percent(Rate::WHOLE);
pub const FREE_DELIVERY: Effect = Effect::DeliveryOff(Discount::Percent(Rate::WHOLE));

pub fn entered(rule: Rule) -> EnteredRule {
    EnteredRule {
        rule,
        insisted: false,
    }
}

pub fn code(n: u128, effect: Effect) -> EnteredRule {
    entered(rule(n, Class::Code, effect))
}

pub fn coupon(n: u128, effect: Effect) -> EnteredRule {
    entered(rule(n, Class::Coupon, effect))
}

pub fn delivery_fee(amount: i64) -> Fee {
    Fee {
        kind: FeeKind::Delivery,
        charge: Charge::Fixed(dollars(amount)),
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
        brand: id!(BrandId, 1),
        branch: id!(BranchId, 1),
        channel: Channel::new("web"),
        method: Method::new("pickup"),
        payment: None,
        placed: moment,
        wanted: moment,
    }
}

/// 1 點 = 1 元, every 10 dollars a point.
pub fn program() -> PointsProgram {
    PointsProgram {
        id: rule_id(900),
        version: 1,
        name: "點數".into(),
        redeeming: Some(Redeeming {
            worth_of_100: 100,
            min_points: 1,
            step: 1,
            min_spend: Amount::ZERO,
            cap: Rate::WHOLE,
            target: Target::default(),
            beside: Classes::ALL,
        }),
        earning: Some(Earning {
            every: dollars(10),
            points: 1,
            target: Target::default(),
            methods: Vec::new(),
            channels: Vec::new(),
        }),
    }
}

/// All that a request is made of, owned.
#[derive(Clone, Debug, Default)]
pub struct Order {
    pub lines: Vec<Line>,
    pub rules: Vec<Rule>,
    pub context: Option<Context>,
    pub member: Option<Member>,
    pub usage: UsageByRule,
    pub entered: Vec<EnteredRule>,
    pub places: Places,
    pub points: Option<u32>,
    pub insists_on_points: bool,
    pub program: Option<PointsProgram>,
    pub fees: Vec<Fee>,
    pub gifts: Gifts,
    pub discount_cap: Option<Rate>,
}

impl Order {
    pub fn of(lines: Vec<Line>) -> Self {
        Self {
            lines,
            ..Self::default()
        }
    }

    pub fn rules(self, rules: Vec<Rule>) -> Self {
        Self { rules, ..self }
    }

    pub fn enter(self, entered: Vec<EnteredRule>) -> Self {
        Self { entered, ..self }
    }

    pub fn fees(self, fees: Vec<Fee>) -> Self {
        Self { fees, ..self }
    }

    pub fn member(self, member: Member) -> Self {
        Self {
            member: Some(member),
            ..self
        }
    }

    /// A member with 1,000 points uses some.
    pub fn points(self, points: u32, program: PointsProgram) -> Self {
        Self {
            member: Some(Member {
                points: 1_000,
                ..self.member.unwrap_or_default()
            }),
            points: Some(points),
            program: Some(program),
            ..self
        }
    }

    pub fn try_price(&self) -> Result<Priced, Error> {
        let cart = Cart::new(self.lines.clone()).unwrap();
        let rules = RuleSet::new(self.rules.clone()).unwrap();
        let customer = self
            .member
            .clone()
            .map_or(Customer::Guest, Customer::Member);
        let context = self.context.clone().unwrap_or_else(context);
        let request = Request {
            customer: &customer,
            usage: &self.usage,
            entered: &self.entered,
            places: self.places,
            points: self.points.map(|points| EnteredPoints {
                points,
                insisted: self.insists_on_points,
            }),
            program: self.program.as_ref(),
            fees: &self.fees,
            gifts: &self.gifts,
            discount_cap: self.discount_cap,
            ..Request::new(&cart, &rules, context)
        };
        let priced = price(&request)?;
        check(&cart, &priced);
        Ok(priced)
    }

    pub fn price(&self) -> Priced {
        self.try_price().unwrap()
    }

    pub fn goods(&self) -> i64 {
        self.price().goods.minor()
    }

    pub fn total(&self) -> i64 {
        self.price().total.minor()
    }
}

/// What holds of every answer.
pub fn check(cart: &Cart, priced: &Priced) {
    for (line, priced) in cart.lines().iter().zip(&priced.lines) {
        assert_eq!(priced.units.len(), line.quantity as usize);
        for (index, unit) in priced.units.iter().enumerate() {
            let adjustments = priced.adjustments.iter();
            let off: Amount = adjustments
                .map(|adjustment| adjustment.per_unit[index])
                .sum();
            assert_eq!(
                priced.unit_list + off,
                unit.net,
                "list and adjustments are the net"
            );
            assert!(unit.net >= Amount::ZERO, "no unit is below zero");
        }
        for adjustment in &priced.adjustments {
            let shares: Amount = adjustment.per_unit.iter().copied().sum();
            assert_eq!(shares, adjustment.amount, "the shares are the adjustment");
            assert!(adjustment.amount < Amount::ZERO);
        }
        let nets: Amount = priced.units.iter().map(|unit| unit.net).sum();
        assert_eq!(nets, priced.net);
        let refunds: Amount = (0..priced.units.len())
            .map(|before| refund(&priced.units, before, 1).unwrap().amount)
            .sum();
        assert_eq!(refunds, priced.net, "all refunds are what was paid");
    }
    let goods: Amount = priced.lines.iter().map(|line| line.net).sum();
    let fees: Amount = priced.fees.iter().map(|fee| fee.net).sum();
    assert!(priced.fees.iter().all(|fee| fee.net >= Amount::ZERO));
    assert_eq!(goods, priced.goods);
    assert_eq!(goods + fees, priced.total);
    let points: u32 = priced
        .lines
        .iter()
        .flat_map(|line| &line.units)
        .map(|unit| unit.points)
        .sum();
    assert_eq!(points, priced.points_used);
    let mut by_rule: BTreeMap<(RuleId, i64), (Amount, Amount)> = BTreeMap::new();
    for adjustment in priced.lines.iter().flat_map(|line| &line.adjustments) {
        if !matches!(adjustment.why.action, Action::AddOn { .. }) {
            let entry = by_rule
                .entry((adjustment.rule, adjustment.version))
                .or_default();
            entry.0 += adjustment.amount;
            entry.1 = adjustment.why.off;
        }
    }
    for ((rule, _), (shares, off)) in by_rule {
        assert_eq!(-shares, off, "the shares of {rule} are its discount");
    }
}

/// Nets of all units of all lines.
pub fn nets(priced: &Priced) -> Vec<i64> {
    let units = priced.lines.iter().flat_map(|line| &line.units);
    units.map(|unit| unit.net.minor()).collect()
}

/// What a rule takes off all lines.
pub fn off(priced: &Priced, rule: u128) -> i64 {
    let adjustments = priced.lines.iter().flat_map(|line| &line.adjustments);
    let of_rule = adjustments.filter(|adjustment| adjustment.rule == rule_id(rule));
    -of_rule
        .map(|adjustment| adjustment.amount.minor())
        .sum::<i64>()
}

/// Why a rule that acts automatically did nothing.
pub fn reason(priced: &Priced, rule: u128) -> Option<&Reason> {
    let mut rejected = priced.rejected.iter();
    rejected
        .find(|rejected| rejected.rule == rule_id(rule))
        .map(|rejected| &rejected.reason)
}

pub fn not_used(outcome: &Outcome) -> &Reason {
    match outcome {
        Outcome::NotUsed(reason) => reason,
        Outcome::Used => panic!("it was used"),
    }
}
