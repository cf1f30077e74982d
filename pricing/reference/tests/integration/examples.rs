//! The reference gives the worked examples too: where both agree, they are right.

use pricing::{
    rules::{
        Discount, Effect, Member, OrderDiscount, Pick, Rule, SetPricing, Target, UnitDiscount,
    },
    *,
};

use crate::requests::*;

fn line(n: u128, base: i64, quantity: u32) -> Line {
    let (product, variant) = (ProductId::from_uuid(uuid(n)), VariantId::from_uuid(uuid(n)));
    Line::new(product, variant, dollars(base), quantity)
}

fn only(rule: Rule, n: u128) -> Rule {
    Rule {
        target: Target::of(vec![Pick::Product(ProductId::from_uuid(uuid(n)))]),
        ..rule
    }
}

fn rule(n: u128, class: Class, effect: Effect) -> Rule {
    Rule::new(rule_id(n), "rule", class, effect)
}

fn off_from(at: i64, off: i64) -> Effect {
    Effect::Order(OrderDiscount::from_spend(
        at,
        Discount::Amount(dollars(off)),
    ))
}

fn percent(bp: u32) -> Effect {
    Effect::Order(OrderDiscount::always(Discount::Percent(Rate::bp(bp))))
}

fn item_percent(bp: u32) -> Effect {
    Effect::Item(UnitDiscount::Percent(Rate::bp(bp)))
}

#[test]
fn e1_by_the_reference() {
    let red = Line {
        extras: dollars(10),
        ..line(1, 35, 3)
    };
    let for_99 = Effect::AnyN {
        n: 3,
        price: SetPricing::Fixed(dollars(99)),
    };
    let mut any_three = only(rule(2, Class::Promotion, for_99), 1);
    any_three.with_extras = false;
    let factor = Effect::MultiplyPoints {
        factor: Rate::bp(15_000),
        adds: false,
    };
    let order = Order {
        lines: vec![red, line(2, 30, 2)],
        rules: vec![
            only(rule(1, Class::Promotion, item_percent(1_000)), 2),
            any_three,
            rule(3, Class::Promotion, off_from(150, 10)),
            rule(4, Class::Tier, percent(500)),
            rule(5, Class::Tier, factor),
        ],
        member: Some(Member {
            points: 1_000,
            ..Member::default()
        }),
        entered: vec![EnteredRule {
            rule: rule(6, Class::Code, off_from(150, 20)),
            insisted: false,
        }],
        points: Some(EnteredPoints {
            points: 30,
            insisted: false,
        }),
        program: Some(PointsProgram {
            id: rule_id(900),
            version: 1,
            name: "點".into(),
            redeeming: Some(Redeeming {
                worth_of_100: 100,
                min_points: 1,
                step: 1,
                min_spend: Amount::ZERO,
                cap: Rate::bp(2_000),
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
        }),
        fees: vec![Fee {
            kind: FeeKind::Delivery,
            charge: Charge::Fixed(dollars(30)),
        }],
        ..Order::default()
    };
    let (_, price) = order.both();
    let units: Vec<_> = price.units.values().cloned().collect();
    assert_eq!(units[0], [(28, 7), (27, 7), (27, 6)]);
    assert_eq!(units[1].iter().map(|(net, _)| net).sum::<i64>(), 34);
    assert_eq!((price.total, price.points_used), (146, 28));
    assert_eq!(price.earned, Some(16));
    let off = |n| price.off[&(rule_id(n), 1)];
    assert_eq!([1, 2, 3, 4, 6, 900].map(off), [6, 6, 10, 9, 20, 28]);
}

#[test]
fn e3_and_e4_by_the_reference() {
    let three = Order {
        lines: vec![line(1, 35, 1); 3],
        rules: vec![rule(1, Class::Promotion, item_percent(1_000))],
        ..Order::default()
    };
    assert_eq!(three.both().1.total, 105 - 11);

    let mut alone = rule(1, Class::Promotion, off_from(500, 80));
    alone.exclusive = Exclusive::Order;
    let exclusive = Order {
        lines: vec![line(1, 100, 6)],
        rules: vec![
            alone,
            rule(2, Class::Promotion, item_percent(1_000)),
            rule(3, Class::Promotion, off_from(500, 30)),
        ],
        ..Order::default()
    };
    assert_eq!(exclusive.both().1.total, 510);
}
