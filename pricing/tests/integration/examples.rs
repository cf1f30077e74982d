//! The worked examples, to the dollar.

use pricing::{
    rules::{Effect, GiftItem, Member, SetPricing, UnitDiscount},
    *,
};

use crate::common::*;

const RED: u128 = 1;
const GREEN: u128 = 2;
const TIER: u128 = 70;

/// The order of E1.
fn tea() -> Order {
    let member = Member {
        tier: Some(id!(TierId, TIER)),
        ..Member::default()
    };
    let red_for_99 = Effect::AnyN {
        n: 3,
        price: SetPricing::Fixed(dollars(99)),
    };
    let mut vip = rule(4, Class::Tier, percent_off(500));
    vip.conditions.audience.tiers = vec![id!(TierId, TIER)];
    let mut tier_points = rule(
        5,
        Class::Tier,
        Effect::MultiplyPoints {
            factor: Rate::bp(15_000),
            adds: false,
        },
    );
    tier_points.conditions.audience.tiers = vec![id!(TierId, TIER)];
    let mut program = program();
    if let Some(redeeming) = &mut program.redeeming {
        redeeming.cap = Rate::bp(2_000);
    }
    let mut red = for_products(promotion(2, red_for_99), &[RED]);
    red.with_extras = false;
    Order::of(vec![with_extras(line(RED, 35, 3), 10), line(GREEN, 30, 2)])
        .rules(vec![
            for_products(promotion(1, item_percent(1_000)), &[GREEN]),
            red,
            promotion(3, off_from(150, 10)),
            vip,
            tier_points,
        ])
        .enter(vec![code(6, off_from(150, 20))])
        .fees(vec![delivery_fee(30)])
        .member(member)
        .points(30, program)
}

#[test]
fn e1_each_step_is_to_the_dollar() {
    let priced = tea().price();
    let shares = |line: usize| -> Vec<_> {
        let adjustments = priced.lines[line].adjustments.iter();
        adjustments
            .map(|one| (one.stage.letter().unwrap(), one.amount.minor()))
            .collect()
    };
    assert_eq!(
        shares(0),
        [('B', -6), ('C', -7), ('D', -6), ('E', -14), ('G', -20)]
    );
    assert_eq!(
        shares(1),
        [('A', -6), ('C', -3), ('D', -3), ('E', -6), ('G', -8)]
    );
    assert_eq!(priced.list, dollars(195));
    assert_eq!(priced.lines[0].net, dollars(82));
    assert_eq!(priced.lines[1].net, dollars(34));
    assert_eq!(priced.goods, dollars(116));
    assert_eq!(priced.total, dollars(146));
    assert_eq!(priced.points_used, 28);
    let capped = Notice::PointsCapped {
        requested: 30,
        used: 28,
    };
    assert_eq!(priced.notices, [capped]);
    let (before_tax, tax) = priced.by_tax()[&TaxType::Taxable].split_tax_included(Rate::bp(500));
    assert_eq!((before_tax, tax), (dollars(139), dollars(7)));
    assert_eq!(priced.earned.unwrap().points, 16);
    assert!(priced.rejected.is_empty(), "{:?}", priced.rejected);
}

#[test]
fn e1_says_why() {
    let priced = tea().price();
    let any_three = priced.lines[0].adjustments[0].clone();
    let action = Action::AnyN {
        n: 3,
        price: SetPricing::Fixed(dollars(99)),
    };
    let why = Explanation {
        action,
        times: 1,
        off: dollars(6),
        limited: false,
    };
    assert_eq!(any_three.why, why);
    assert_eq!((any_three.rule, any_three.version), (rule_id(2), 1));
    let points = &priced.lines[0].adjustments[4].why;
    assert_eq!(points.action, Action::Points { points: 28 });
    assert!(points.limited);
}

#[test]
fn e2_units_are_refunded_last_first_each_at_its_own_net() {
    let priced = tea().price();
    let red = &priced.lines[0].units;
    let units: Vec<_> = red
        .iter()
        .map(|unit| (unit.net.minor(), unit.points))
        .collect();
    assert_eq!(units, [(28, 7), (27, 7), (27, 6)]);

    let one = refund(red, 0, 1).unwrap();
    assert_eq!((one.amount, one.points), (dollars(27), 6));
    let earned = priced.earned.unwrap();
    let program = program();
    let earning = program.earning.as_ref().unwrap();
    let after = earning.points(earned.base - one.amount, earned.factor);
    assert_eq!((after, earned.points - after), (12, 4));

    let thresholds = [refund(red, 0, 1), refund(red, 1, 2)].map(Option::unwrap);
    let all = refund(red, 0, 3).unwrap();
    assert_eq!((all.amount, all.points), (dollars(82), 20));
    assert_eq!(thresholds[0].amount + thresholds[1].amount, all.amount);
    assert_eq!(thresholds[0].points + thresholds[1].points, all.points);
    assert_eq!(refund(red, 2, 2), None);
}

#[test]
fn e3_rounding_does_not_depend_on_layout() {
    let ten_percent = || vec![promotion(1, item_percent(1_000))];
    let one_line = Order::of(vec![line(1, 35, 3)]).rules(ten_percent());
    let three_lines = Order::of(vec![line(1, 35, 1); 3]).rules(ten_percent());
    assert_eq!(off(&one_line.price(), 1), 11);
    assert_eq!(off(&three_lines.price(), 1), 11);

    let hundred_off = Order::of(vec![line(3, 99, 1), line(1, 99, 1), line(2, 99, 1)])
        .rules(vec![promotion(1, off_from(0, 100))]);
    let priced = hundred_off.price();
    let share = |line: usize| priced.lines[line].adjustments[0].amount.minor();
    assert_eq!([share(1), share(2), share(0)], [-34, -33, -33]);
}

#[test]
fn e4_a_rule_that_stands_alone_is_compared_with_all_that_can_be_combined() {
    let mut alone = promotion(1, off_from(500, 80));
    alone.exclusive = Exclusive::Order;
    let rules = vec![
        alone,
        promotion(2, item_percent(1_000)),
        promotion(3, off_from(500, 30)),
    ];
    let order = Order::of(vec![line(1, 100, 6)]).rules(rules);
    let priced = order.price();
    assert_eq!((off(&priced, 2), off(&priced, 3)), (60, 30));
    assert_eq!(priced.total, dollars(510));
    let lost = Reason::LostToBetter {
        saving: dollars(80),
    };
    assert_eq!(reason(&priced, 1), Some(&lost));

    let mut better = order;
    better.rules[0].effect = off_from(500, 91);
    let priced = better.price();
    assert_eq!(priced.total, dollars(509));
    let lost = |saving| Reason::LostToBetter {
        saving: dollars(saving),
    };
    assert_eq!(reason(&priced, 2), Some(&lost(60)));
    assert_eq!(reason(&priced, 3), Some(&lost(30)));
    better.rules[0].effect = off_from(500, 90);
    assert_eq!(
        off(&better.price(), 1),
        0,
        "equals go to what can be combined"
    );
}

#[test]
fn e5_rules_of_a_stage_see_the_same_amount() {
    let gift = Effect::Gift {
        gift: GiftItem {
            product: id!(ProductId, 9),
            variant: id!(VariantId, 9),
            list: dollars(45),
            quantity: 1,
        },
        repeats: false,
    };
    let priced = Order::of(vec![line(1, 100, 5)])
        .rules(vec![
            promotion(1, off_from(500, 50)),
            from_spend(promotion(2, gift), 500),
        ])
        .price();
    assert_eq!(priced.total, dollars(450));
    assert_eq!(priced.gifts[0].state, GiftState::Given);
}

#[test]
fn e16_a_tier_has_its_discount_from_the_order_after_it_was_reached() {
    let gold = id!(TierId, TIER);
    let mut discount = rule(1, Class::Tier, percent_off(1_000));
    discount.conditions.audience.tiers = vec![gold];
    let order = Order::of(vec![line(1, 200, 3)]).rules(vec![discount]);
    let of_tier = |tier| Member {
        tier,
        ..Member::default()
    };
    // The order that reaches the threshold is priced by the tier before it.
    let reaching = order.clone().member(of_tier(None)).price();
    assert_eq!(reaching.goods, dollars(600));
    assert_eq!(reason(&reaching, 1), Some(&Reason::NotEligibleMember));
    let next = order.member(of_tier(Some(gold))).price();
    assert_eq!((next.goods, off(&next, 1)), (dollars(540), 60));
    assert_eq!(next.lines[0].adjustments[0].stage.letter(), Some('D'));
}

#[test]
fn e17_a_good_code_says_what_is_missing() {
    let hello_100 = || code(1, off_from(100, 20));
    let cart = |goods| Order::of(vec![line(1, goods, 1)]).enter(vec![hello_100()]);
    let priced = cart(70).price();
    let gap = Reason::MinSpend { gap: dollars(30) };
    assert_eq!(not_used(&priced.entered[0]), &gap);
    assert_eq!(priced.total, dollars(70));
    assert_eq!(cart(100).total(), 80);
}

#[test]
fn e22_another_price_changes_the_quote_and_nothing_else_of_it() {
    let quote = |tea| {
        let order = Order::of(vec![line(RED, tea, 2), line(GREEN, 30, 1)])
            .rules(vec![for_products(
                promotion(1, item_percent(1_000)),
                &[RED],
            )])
            .enter(vec![code(2, off_from(50, 10))])
            .fees(vec![delivery_fee(30)]);
        order.price()
    };
    let (sunday, monday) = (quote(35), quote(40));
    assert_eq!((sunday.total, monday.total), (dollars(113), dollars(122)));
    let list = |priced: &Priced| -> Vec<_> {
        let lines = priced.lines.iter();
        lines.map(|line| line.unit_list.minor()).collect()
    };
    assert_eq!((list(&sunday), list(&monday)), (vec![35, 30], vec![40, 30]));
    assert_eq!(sunday.entered, monday.entered);
    assert_eq!(sunday.fees, monday.fees);
}

#[test]
fn one_off_for_each_unit_is_a_special_price() {
    let special = Effect::Item(UnitDiscount::Price(dollars(25)));
    let priced = Order::of(vec![line(1, 35, 2), line(2, 20, 1)])
        .rules(vec![promotion(1, special)])
        .price();
    assert_eq!(nets(&priced), [25, 25, 20]);
}
