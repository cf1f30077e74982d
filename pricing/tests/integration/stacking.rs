//! Which rules stand together, and that nothing entered is dropped in silence.

use pricing::{
    rules::{Effect, Member, Rule, UnitDiscount},
    *,
};

use crate::common::*;

fn grouped(mut rule: Rule, group: &str) -> Rule {
    rule.exclusive = Exclusive::Group(group.to_owned());
    rule
}

fn not_beside(mut rule: Rule, classes: &[Class]) -> Rule {
    for class in classes {
        rule.beside = rule.beside.without(*class);
    }
    rule
}

fn lost(saving: i64) -> Reason {
    Reason::LostToBetter {
        saving: dollars(saving),
    }
}

fn cart(goods: i64) -> Order {
    Order::of(vec![line(1, goods, 1)])
}

#[test]
fn the_best_of_a_group_acts() {
    let rules = vec![
        grouped(promotion(1, off_from(0, 20)), "spring"),
        grouped(promotion(2, percent_off(1_500)), "spring"),
        promotion(3, off_from(0, 5)),
    ];
    let priced = cart(200).rules(rules.clone()).price();
    assert_eq!(priced.goods, dollars(165));
    assert_eq!(reason(&priced, 1), Some(&lost(20)));
    let priced = cart(100).rules(rules.clone()).price();
    assert_eq!(priced.goods, dollars(75));
    assert_eq!(reason(&priced, 2), Some(&lost(15)));
    // What does not reach its threshold is no rival.
    let mut far = rules;
    far[0] = grouped(promotion(1, off_from(500, 400)), "spring");
    let priced = cart(100).rules(far).price();
    assert_eq!(priced.goods, dollars(80));
    let gap = Reason::MinSpend { gap: dollars(400) };
    assert_eq!(reason(&priced, 1), Some(&gap));
}

#[test]
fn of_rules_that_stand_alone_the_best_wins_and_equals_go_by_rank() {
    let alone = |n, amount| {
        let mut rule = promotion(n, off_from(0, amount));
        rule.exclusive = Exclusive::Order;
        rule
    };
    let priced = cart(100)
        .rules(vec![alone(2, 20), alone(1, 20), alone(3, 19)])
        .price();
    assert_eq!(off(&priced, 1), 20);
    assert_eq!(reason(&priced, 2), Some(&lost(20)));
    assert_eq!(reason(&priced, 3), Some(&lost(19)));
}

#[test]
fn a_rule_that_bears_no_promotion_may_bear_a_tier() {
    let vip = rule(4, Class::Tier, percent_off(1_000));
    let sole = not_beside(promotion(1, off_from(0, 30)), &[Class::Promotion]);
    let rules = vec![sole.clone(), promotion(2, off_from(0, 20)), vip.clone()];
    assert_eq!(cart(100).rules(rules).goods(), 63);

    let against_tiers = not_beside(promotion(1, off_from(0, 15)), &[Class::Tier]);
    let harmless = promotion(2, off_from(0, 1));
    let priced = cart(100)
        .rules(vec![against_tiers.clone(), harmless.clone(), vip.clone()])
        .price();
    assert_eq!(priced.goods, dollars(84));
    assert_eq!(reason(&priced, 4), Some(&lost(10)));
    let priced = cart(200).rules(vec![against_tiers, harmless, vip]).price();
    assert_eq!(priced.goods, dollars(179), "1 off, then a tenth");
    assert_eq!(reason(&priced, 1), Some(&lost(15)));
}

#[test]
fn a_code_against_a_promotion_is_compared_and_the_cheaper_stays() {
    let order = |code_off| {
        let mut code = code(2, off_from(0, code_off));
        code.rule = not_beside(code.rule, &[Class::Promotion]);
        cart(100)
            .rules(vec![promotion(1, off_from(0, 20))])
            .enter(vec![code])
    };
    let worse = order(19).price();
    assert_eq!(worse.goods, dollars(80));
    let refused = Reason::NotCombinable {
        with: vec![rule_id(1)],
        total: Some(dollars(81)),
    };
    assert_eq!(not_used(&worse.entered[0]), &refused);

    let equal = order(20).price();
    assert!(equal.entered[0].is_used(), "equals go to the customer");
    let displaced = Reason::NotCombinable {
        with: vec![rule_id(2)],
        total: None,
    };
    assert_eq!(reason(&equal, 1), Some(&displaced));
}

#[test]
fn what_excludes_something_entered_before_says_what_it_would_come_to() {
    let mut coupon = coupon(2, off_from(0, 50));
    coupon.rule = not_beside(coupon.rule, &[Class::Code]);
    let order = cart(100).enter(vec![coupon, code(1, off_from(0, 10))]);
    let priced = order.price();
    assert!(priced.entered[1].is_used());
    let refused = Reason::NotCombinable {
        with: vec![rule_id(1)],
        total: Some(dollars(50)),
    };
    assert_eq!(not_used(&priced.entered[0]), &refused);
    let mut insists = order;
    insists.entered[0].insisted = true;
    let priced = insists.price();
    assert_eq!(priced.goods, dollars(50));
    assert_eq!(not_used(&priced.entered[1]).code(), "NOT_COMBINABLE");
}

#[test]
fn a_code_of_its_own_order_bears_no_promotion_but_coupons() {
    let mut code = code(2, off_from(0, 50));
    code.rule.exclusive = Exclusive::Order;
    let order = cart(100)
        .rules(vec![promotion(1, off_from(0, 20))])
        .enter(vec![code, coupon(3, off_from(0, 10))]);
    let priced = order.price();
    assert_eq!(priced.goods, dollars(40));
    assert!(priced.entered.iter().all(Outcome::is_used));
}

#[test]
fn codes_come_before_coupons_before_points_in_whatever_order_they_were_entered() {
    let entered = vec![coupon(2, percent_off(1_000)), code(1, off_from(0, 10))];
    let reversed = entered.iter().rev().cloned().collect();
    let order = |entered| cart(100).enter(entered).points(11, program());
    let (one, other) = (order(entered).price(), order(reversed).price());
    assert_eq!(one.goods, dollars(70), "100 - 10 - 9 - 11");
    assert_eq!(one.lines, other.lines);
}

#[test]
fn an_entered_rule_that_may_not_act_is_named_with_its_reason() {
    let mut expired = code(1, off_from(0, 10));
    expired.rule.conditions.until = Some(999);
    let mut members = code(2, off_from(0, 10));
    members.rule.conditions.audience.who = rules::Who::Members;
    let mut elsewhere = code(3, off_from(0, 10));
    elsewhere.rule.target = products(&[99]);
    let priced = cart(100).enter(vec![expired, members, elsewhere]).price();
    let reasons: Vec<_> = priced
        .entered
        .iter()
        .map(|one| not_used(one).code())
        .collect();
    assert_eq!(reasons, ["NOT_IN_PERIOD", "NEEDS_LOGIN", "EXCLUDED_ITEMS"]);
    assert_eq!(priced.total, dollars(100));
}

#[test]
fn the_brands_cap_cuts_rules_and_refuses_what_was_entered() {
    let cap = |order: Order| Order {
        discount_cap: Some(Rate::bp(2_000)),
        ..order
    };
    let rules = vec![
        promotion(1, item_percent(1_000)),
        promotion(2, off_from(0, 15)),
        rule(3, Class::Tier, percent_off(1_000)),
    ];
    let priced = cap(cart(100).rules(rules.clone())).price();
    assert_eq!(
        (off(&priced, 1), off(&priced, 2)),
        (10, 10),
        "the later one is cut"
    );
    assert_eq!(reason(&priced, 3), Some(&Reason::DiscountCap));
    assert!(priced.lines[0].adjustments[1].why.limited);

    let fits = vec![promotion(1, item_percent(1_000))];
    let order = cart(100)
        .rules(fits)
        .enter(vec![code(4, off_from(0, 11)), code(5, off_from(0, 10))]);
    let priced = cap(order).price();
    assert_eq!(not_used(&priced.entered[0]), &Reason::DiscountCap);
    assert!(priced.entered[1].is_used());
    assert_eq!(priced.goods, dollars(80));
    let by_points = cap(cart(100)).points(21, program()).price();
    assert_eq!(
        not_used(by_points.points.as_ref().unwrap()),
        &Reason::DiscountCap
    );
}

#[test]
fn too_much_entered_or_an_unsound_rule_is_an_error() {
    let four = (1..=4).map(|n| code(n, off_from(0, 1))).collect();
    assert_eq!(
        cart(100).enter(four).try_price(),
        Err(Error::TooManyEntered)
    );
    let promotion = entered(promotion(1, off_from(0, 1)));
    assert!(matches!(
        cart(100).enter(vec![promotion]).try_price(),
        Err(Error::Rule(_))
    ));
    let unsound = coupon(1, Effect::Item(UnitDiscount::Percent(Rate::bp(0))));
    assert!(matches!(
        cart(100).enter(vec![unsound]).try_price(),
        Err(Error::Rule(_))
    ));
    let high = Order::of(vec![line(1, 999_999, 10)]).fees(vec![delivery_fee(10)]);
    assert_eq!(high.try_price(), Err(Error::AmountOutOfRange));
    let negative = cart(100).fees(vec![delivery_fee(-1)]);
    assert_eq!(negative.try_price(), Err(Error::AmountOutOfRange));
}

#[test]
fn a_tiers_free_delivery_has_its_own_threshold() {
    let mut free = from_spend(rule(1, Class::Tier, FREE_DELIVERY), 100);
    free.conditions.audience.tiers = vec![id!(TierId, 7)];
    let gold = Member {
        tier: Some(id!(TierId, 7)),
        ..Member::default()
    };
    let order = |goods| {
        cart(goods)
            .rules(vec![free.clone()])
            .fees(vec![delivery_fee(60)])
    };
    assert_eq!(order(100).member(gold.clone()).total(), 100);
    assert_eq!(order(99).member(gold).total(), 159);
    assert_eq!(order(100).total(), 160);
}
