//! What holds of every cart and every set of rules. `Order::price` checks of each answer that
//! nothing is below zero and everything adds up.

use pricing::{
    rules::{
        BundleSlot, Discount, Effect, GiftItem, Measure, Member, OrderDiscount, Rule, SetPricing,
        TakeFrom, Target, Threshold, UnitDiscount,
    },
    *,
};
use proptest::prelude::*;

use crate::common::*;

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (1..7_u128, 0..3_i64, 1..6_u32).prop_map(|(n, extras, quantity)| {
        let prices = [0, 35, 30, 99, 7, 120, 60];
        let line = in_category(line(n, prices[n as usize], quantity), n % 2);
        let line = match extras {
            0 => line,
            extras => with_extras(line, extras * 5),
        };
        Line {
            excluded: n == 6,
            ..line
        }
    });
    prop::collection::vec(line, 1..8)
}

fn unit_off() -> impl Strategy<Value = UnitDiscount> {
    prop_oneof![
        (1..10_000_u32).prop_map(|bp| UnitDiscount::Percent(Rate::bp(bp))),
        (1..50_i64).prop_map(|amount| UnitDiscount::Amount(dollars(amount))),
        (0..50_i64).prop_map(|price| UnitDiscount::Price(dollars(price))),
    ]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        Just(Target::default()),
        prop::collection::vec(1..6_u128, 1..4).prop_map(|numbers| products(&numbers)),
    ]
}

fn off_order() -> impl Strategy<Value = Discount> {
    prop_oneof![
        (1..10_000_u32).prop_map(|bp| Discount::Percent(Rate::bp(bp))),
        (1..150_i64).prop_map(|amount| Discount::Amount(dollars(amount))),
    ]
}

fn take_from() -> impl Strategy<Value = TakeFrom> {
    prop_oneof![Just(TakeFrom::Cheapest), Just(TakeFrom::MostExpensive)]
}

fn effect() -> impl Strategy<Value = Effect> {
    let discount = (any::<bool>(), 0..300_i64, off_order()).prop_map(|(units, at, off)| {
        let measure = if units {
            Measure::Units
        } else {
            Measure::Spend
        };
        let at = if units { at / 40 } else { at };
        let repeats = at > 0 && matches!(off, Discount::Amount(_));
        Effect::Order(OrderDiscount {
            measure,
            thresholds: vec![Threshold { at, off }],
            repeats,
        })
    });
    let slots = prop::collection::vec((target(), 1..3_u32), 2..4).prop_map(|slots| {
        let slot = |(target, units)| BundleSlot { target, units };
        slots.into_iter().map(slot).collect()
    });
    prop_oneof![
        3 => unit_off().prop_map(Effect::Item),
        1 => (2..4_u32, unit_off(), take_from())
            .prop_map(|(n, off, take_from)| Effect::NthUnit { n, off, take_from }),
        1 => (2..5_u32, 0..150_i64)
            .prop_map(|(n, price)| Effect::AnyN { n, price: SetPricing::Fixed(dollars(price)) }),
        1 => (2..5_u32, 1..10_000_u32)
            .prop_map(|(n, bp)| Effect::AnyN { n, price: SetPricing::PercentOff(Rate::bp(bp)) }),
        1 => (1..3_u32, 1..3_u32, prop::option::of(target()), unit_off(), take_from())
            .prop_map(|(buy, get, get_from, off, take_from)| {
                Effect::BuyGet { buy, get, get_from, off, take_from }
            }),
        1 => (slots, 0..150_i64)
            .prop_map(|(slots, price)| Effect::Bundle { slots, price: dollars(price) }),
        3 => discount,
        1 => off_order().prop_map(Effect::DeliveryOff),
        1 => (1..60_i64).prop_map(|list| Effect::Gift {
            gift: GiftItem {
                product: id!(ProductId, 9),
                variant: id!(VariantId, 9),
                list: dollars(list),
                quantity: 1,
            },
            repeats: false,
        }),
    ]
}

fn any_rule(class: impl Strategy<Value = Class>) -> impl Strategy<Value = Rule> {
    let exclusive = prop_oneof![
        4 => Just(Exclusive::None),
        1 => Just(Exclusive::Order),
    ];
    let limits = (
        prop::option::weighted(0.3, 1..3_u32),
        prop::option::weighted(0.3, 1..60_i64),
    );
    let beside = prop::option::weighted(
        0.2,
        prop_oneof![
            Just(Class::Promotion),
            Just(Class::Tier),
            Just(Class::Code),
            Just(Class::Coupon),
            Just(Class::Points),
        ],
    );
    let shape = (class, effect(), target(), any::<bool>(), 498..502_u16);
    let minimum = prop_oneof![2 => Just(0), 1 => 1..400_i64];
    (shape, exclusive, limits, beside, minimum).prop_map(
        |((class, effect, target, with_extras, priority), exclusive, limits, beside, minimum)| {
            let mut rule = from_spend(rule(1, class, effect), minimum);
            rule.target = target;
            rule.with_extras = with_extras;
            rule.priority = priority;
            rule.exclusive = exclusive;
            rule.limits.per_order = limits.0;
            rule.limits.max_discount = limits.1.map(dollars);
            if let Some(class) = beside {
                rule.beside = rule.beside.without(class);
            }
            rule
        },
    )
}

fn numbered(rules: Vec<Rule>, from: u128) -> Vec<Rule> {
    let number = |(at, rule): (usize, Rule)| Rule {
        id: rule_id(from + at as u128),
        ..rule
    };
    rules.into_iter().enumerate().map(number).collect()
}

fn automatic() -> impl Strategy<Value = Vec<Rule>> {
    let class = prop_oneof![5 => Just(Class::Promotion), 1 => Just(Class::Tier)];
    prop::collection::vec(any_rule(class), 0..9).prop_map(|rules| numbered(rules, 10))
}

fn by_hand() -> impl Strategy<Value = Vec<EnteredRule>> {
    let codes = prop::collection::vec(any_rule(Just(Class::Code)), 0..3);
    let coupons = prop::collection::vec(any_rule(Just(Class::Coupon)), 0..3);
    (codes, coupons).prop_map(|(codes, coupons)| {
        let codes = numbered(codes, 100);
        let coupons = numbered(coupons, 200);
        codes.into_iter().chain(coupons).map(entered).collect()
    })
}

fn orders() -> impl Strategy<Value = Order> {
    let points = prop::option::of(1..200_u32);
    let cap = prop::option::weighted(0.2, 0..10_000_u32);
    (lines(), automatic(), by_hand(), points, 0..80_i64, cap).prop_map(
        |(lines, rules, entered, points, fee, cap)| {
            let member = Member {
                points: 1_000,
                ..Member::default()
            };
            let order = Order::of(lines).rules(rules).enter(entered).member(member);
            Order {
                points,
                program: Some(program()),
                fees: vec![delivery_fee(fee)],
                discount_cap: cap.map(Rate::bp),
                ..order
            }
        },
    )
}

/// What a customer would compare: all but the layout of lines.
fn substance(order: &Order, priced: &Priced) -> (Priced, Vec<(ItemKey, Vec<PricedUnit>)>) {
    let lines = order.lines.iter().zip(&priced.lines);
    let mut units: std::collections::BTreeMap<ItemKey, Vec<PricedUnit>> = Default::default();
    for (line, priced) in lines {
        units
            .entry(ItemKey::of(line))
            .or_default()
            .extend(&priced.units);
    }
    let without_lines = Priced {
        lines: Vec::new(),
        ..priced.clone()
    };
    (without_lines, units.into_iter().collect())
}

fn shuffled<T>(mut items: Vec<T>, seed: u64) -> Vec<T> {
    let places = items.len();
    for place in 0..places {
        let other = seed.rotate_left(place as u32 * 7) % places as u64;
        items.swap(place, other as usize);
    }
    items
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn nothing_is_below_zero_and_everything_adds_up(order in orders()) {
        let priced = order.price();
        prop_assert!(priced.goods <= priced.list);
        prop_assert_eq!(priced.entered.len(), order.entered.len());
        prop_assert_eq!(priced.points.is_some(), order.points.is_some());
    }

    #[test]
    fn the_same_request_has_the_same_answer(order in orders()) {
        prop_assert_eq!(order.price(), order.clone().price());
    }

    #[test]
    fn the_order_of_lines_and_rules_does_not_matter(order in orders(), seed in any::<u64>()) {
        let other = Order {
            lines: shuffled(order.lines.clone(), seed),
            rules: shuffled(order.rules.clone(), seed),
            ..order.clone()
        };
        let (one, two) = (order.price(), other.price());
        prop_assert_eq!(substance(&order, &one), substance(&other, &two));
    }

    #[test]
    fn three_units_are_one_line_or_three(order in orders()) {
        let single = |line: &Line| {
            let one = Line { quantity: 1, ..line.clone() };
            vec![one; line.quantity as usize]
        };
        let singles = Order { lines: order.lines.iter().flat_map(single).collect(), ..order.clone() };
        let (one, two) = (order.price(), singles.price());
        prop_assert_eq!(substance(&order, &one), substance(&singles, &two));
    }

    #[test]
    fn what_is_entered_never_makes_the_order_dearer(order in orders()) {
        let without = Order { entered: Vec::new(), points: None, ..order.clone() };
        prop_assert!(order.total() <= without.total());
    }

    #[test]
    fn a_rule_that_stands_alone_is_taken_only_when_it_saves_more(order in orders()) {
        let without = |order: &Order| {
            let given = Order { entered: Vec::new(), points: None, ..order.clone() };
            let priced = given.price();
            let gifts = priced.gifts.iter().map(|gift| gift.item.list * i64::from(gift.quantity));
            (priced.total - gifts.sum()).minor()
        };
        let (alone, combined): (Vec<_>, Vec<_>) =
            order.rules.iter().cloned().partition(Rule::stands_alone);
        let all = without(&order);
        let combined = without(&Order { rules: combined, ..order.clone() });
        prop_assert!(all <= combined);
        for rule in alone.into_iter().filter(|rule| rule.exclusive == Exclusive::Order) {
            let single = Order { rules: vec![rule], ..order.clone() };
            prop_assert!(all <= without(&single));
        }
    }

    #[test]
    fn thresholds_see_the_amount_on_entry(
        goods in 1..1_000_i64, first in 1..500_i64, second in 1..500_i64, at in 1..1_000_i64,
    ) {
        let rules = vec![promotion(1, off_from(at, first)), promotion(2, off_from(at, second))];
        let total = Order::of(vec![line(1, goods, 1)]).rules(rules).total();
        let expected = if goods >= at { (goods - first - second).max(0) } else { goods };
        prop_assert_eq!(total, expected);
    }
}
