//! Faults that other shops had.

use pricing::{
    rules::{Effect, Rule, TakeFrom},
    *,
};

use crate::common::*;

/// 買 2 送 1 on everything.
fn buy_two_get_one() -> Rule {
    let effect = Effect::BuyGet {
        buy: 2,
        get: 1,
        get_from: None,
        off: FREE,
        take_from: TakeFrom::Cheapest,
    };
    promotion(1, effect)
}

/// Teas of 50, 40 and 30.
fn teas(fifty: u32, forty: u32, thirty: u32) -> Vec<Line> {
    [(3, 50, fifty), (2, 40, forty), (1, 30, thirty)]
        .into_iter()
        .filter(|(.., quantity)| *quantity > 0)
        .map(|(n, price, quantity)| line(n, price, quantity))
        .collect()
}

/// The cart as it is, as single lines, and reversed.
fn layouts(lines: &[Line]) -> [Vec<Line>; 3] {
    let single = |line: &Line| {
        let one = Line {
            quantity: 1,
            ..line.clone()
        };
        vec![one; line.quantity as usize]
    };
    let singles: Vec<_> = lines.iter().flat_map(single).collect();
    let reversed = singles.iter().rev().cloned().collect();
    [lines.to_vec(), singles, reversed]
}

#[test]
fn c08_buy_two_get_one_does_not_depend_on_how_it_was_put_in_the_cart() {
    let mut most_expensive = buy_two_get_one();
    if let Effect::BuyGet { take_from, .. } = &mut most_expensive.effect {
        *take_from = TakeFrom::MostExpensive;
    }
    let mut once = buy_two_get_one();
    once.limits.per_order = Some(1);
    let ten_percent = for_products(promotion(2, item_percent(1_000)), &[1]);
    let cases = [
        (teas(2, 0, 0), vec![buy_two_get_one()], 0, 100),
        (teas(3, 0, 0), vec![buy_two_get_one()], 50, 100),
        (teas(4, 0, 0), vec![buy_two_get_one()], 50, 150),
        (teas(5, 0, 0), vec![buy_two_get_one()], 50, 200),
        (teas(6, 0, 0), vec![buy_two_get_one()], 100, 200),
        (teas(3, 2, 2), vec![buy_two_get_one()], 80, 210),
        (teas(3, 2, 2), vec![most_expensive], 90, 200),
        (teas(3, 2, 2), vec![once], 50, 240),
        (teas(3, 2, 2), vec![buy_two_get_one(), ten_percent], 77, 207),
    ];
    for (lines, rules, saving, goods) in cases {
        for lines in layouts(&lines) {
            let priced = Order::of(lines.clone()).rules(rules.clone()).price();
            assert_eq!(off(&priced, 1), saving, "{lines:?}");
            assert_eq!(priced.goods, dollars(goods), "{lines:?}");
        }
    }
}

#[test]
fn c08_what_is_missing_for_a_set_is_said_until_there_is_one() {
    let quote = |units| {
        Order::of(teas(units, 0, 0))
            .rules(vec![buy_two_get_one()])
            .price()
    };
    let gap = |gap| Reason::MinQuantity { gap };
    assert_eq!(reason(&quote(1), 1), Some(&gap(2)));
    assert_eq!(reason(&quote(2), 1), Some(&gap(1)));
    assert_eq!(reason(&quote(3), 1), None);
    assert_eq!(
        nets(&quote(3)),
        [50, 50, 0],
        "the free one is refunded first"
    );
}

#[test]
fn c10_down_to_zero() {
    let order = Order::of(vec![line(1, 65, 1), line(2, 50, 1)]);
    let coupon_200 = vec![coupon(1, off_from(0, 200))];

    let free = order.clone().enter(coupon_200.clone());
    let priced = free.price();
    assert_eq!((off(&priced, 1), priced.total), (115, Amount::ZERO));
    assert!(priced.entered[0].is_used());
    let earning = free.clone().points(0, program());
    let earning = Order {
        points: None,
        ..earning
    };
    assert_eq!(earning.price().earned.unwrap().points, 0);

    let delivered = free.fees(vec![delivery_fee(30)]).price();
    assert_eq!(delivered.total, dollars(30));
    assert!(delivered.fees[0].adjustments.is_empty());

    let by_points = order.points(115, program()).price();
    assert_eq!(by_points.total, Amount::ZERO);
    assert_eq!(by_points.points_used, 115);
    assert_eq!(by_points.earned.unwrap().points, 0);
}

#[test]
fn c10_shares_add_up() {
    let shares = |lines: Vec<Line>, discount| {
        let order = Order::of(lines).enter(vec![coupon(1, off_from(0, discount))]);
        nets(&order.price())
    };
    let items = |price, count| (1..=count).map(|n| line(n, price, 1)).collect::<Vec<_>>();
    assert_eq!(shares(items(100, 3), 10), [96, 97, 97]);
    assert_eq!(shares(items(35, 5), 2), [34, 34, 35, 35, 35]);
}

#[test]
fn c10_what_takes_off_nothing_is_not_used() {
    let five_percent = |goods| {
        let order = Order::of(vec![line(1, goods, 1)]);
        order.enter(vec![coupon(1, percent_off(500))]).price()
    };
    let nine = five_percent(9);
    assert_eq!(not_used(&nine.entered[0]), &Reason::NoEffect);
    assert_eq!(nine.total, dollars(9));
    let ten = five_percent(10);
    assert!(ten.entered[0].is_used());
    assert_eq!(ten.total, dollars(9));
}

/// Goods of so much with 免運 滿 500, and a delivery fee of 60.
fn delivered(goods: i64) -> Order {
    picked_up(goods).fees(vec![delivery_fee(60)])
}

fn picked_up(goods: i64) -> Order {
    let free = from_spend(promotion(1, FREE_DELIVERY), 500);
    Order::of(vec![line(1, goods, 1)]).rules(vec![free])
}

fn code_a() -> EnteredRule {
    code(2, off_from(500, 30))
}

fn code_b() -> EnteredRule {
    code(3, off_from(500, 80))
}

#[test]
fn c11_a_code_that_loses_free_delivery_stays_out_and_says_what_it_would_cost() {
    assert_eq!(delivered(520).total(), 520);
    assert_eq!(picked_up(520).enter(vec![code_a()]).total(), 490);

    for (goods, with) in [(520, 550), (529, 559)] {
        let priced = delivered(goods).enter(vec![code_a()]).price();
        assert_eq!(priced.total, dollars(goods));
        let refused = Reason::NotCombinable {
            with: vec![rule_id(1)],
            total: Some(dollars(with)),
        };
        assert_eq!(not_used(&priced.entered[0]), &refused);
        assert_eq!(off(&priced, 2), 0);
    }
}

#[test]
fn c11_a_code_that_saves_more_than_delivery_costs_is_used() {
    let priced = delivered(520).enter(vec![code_b()]).price();
    assert_eq!(priced.total, dollars(500));
    assert!(priced.entered[0].is_used());
    let gap = Reason::MinSpend { gap: dollars(60) };
    assert_eq!(reason(&priced, 1), Some(&gap));

    let at_the_threshold = delivered(530).enter(vec![code_a()]).price();
    assert_eq!(at_the_threshold.total, dollars(500));
    assert_eq!(at_the_threshold.fees[0].net, Amount::ZERO);
}

#[test]
fn c11_points_are_judged_alike() {
    let with_points = |points| delivered(520).points(points, program()).price();
    let twenty = with_points(20);
    assert_eq!((twenty.total, twenty.points_used), (dollars(500), 20));
    let one_more = with_points(21);
    assert_eq!((one_more.total, one_more.points_used), (dollars(520), 0));
    let refused = Reason::NotCombinable {
        with: vec![rule_id(1)],
        total: Some(dollars(559)),
    };
    assert_eq!(not_used(one_more.points.as_ref().unwrap()), &refused);
}

#[test]
fn c11_the_dearer_total_may_be_chosen_by_hand() {
    let mut order = delivered(520).enter(vec![code_a()]);
    order.entered[0].insisted = true;
    let priced = order.price();
    assert_eq!(priced.total, dollars(550));
    assert!(priced.entered[0].is_used());

    let mut order = delivered(520).points(21, program());
    order.insists_on_points = true;
    assert_eq!(order.total(), 559);
}

#[test]
fn c11_a_code_is_judged_by_the_amount_before_it() {
    let priced = delivered(499).enter(vec![code_a()]).price();
    let gap = Reason::MinSpend { gap: dollars(1) };
    assert_eq!(not_used(&priced.entered[0]), &gap);
    assert_eq!(picked_up(500).enter(vec![code_a()]).total(), 470);
}
