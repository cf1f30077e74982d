//! What each kind of promotion takes.

use pricing::{
    rules::{
        BundleSlot, Discount, Effect, GiftItem, Measure, Member, OfferedItem, OrderDiscount, Pick,
        Rule, SetPricing, TakeFrom, Target, Threshold, UnitDiscount,
    },
    *,
};

use crate::common::*;

fn goods(lines: Vec<Line>, rules: Vec<Rule>) -> i64 {
    Order::of(lines).rules(rules).goods()
}

fn nth(n: u32, off: UnitDiscount) -> Effect {
    Effect::NthUnit {
        n,
        off,
        take_from: TakeFrom::Cheapest,
    }
}

#[test]
fn an_item_has_its_best_item_rule() {
    let rules = vec![
        for_products(
            promotion(1, Effect::Item(UnitDiscount::Amount(dollars(4)))),
            &[1, 2],
        ),
        for_products(promotion(2, item_percent(1_000)), &[1, 2, 3]),
    ];
    // On the first 4 beat 3.5, on the second 5 beat 4.
    let order = Order::of(vec![line(1, 35, 1), line(2, 50, 1), line(3, 15, 1)]).rules(rules);
    let priced = order.price();
    assert_eq!(nets(&priced)[0], 31);
    assert_eq!(
        (off(&priced, 1), off(&priced, 2)),
        (4, 7),
        "5 + 1.5, rounded once"
    );
    assert!(priced.rejected.is_empty());
}

#[test]
fn equal_savings_on_an_item_go_by_priority_then_start_then_id() {
    let winner = |change: fn(&mut Vec<Rule>)| {
        let mut rules = vec![
            promotion(2, Effect::Item(UnitDiscount::Amount(dollars(3)))),
            promotion(1, Effect::Item(UnitDiscount::Price(dollars(27)))),
        ];
        for rule in &mut rules {
            rule.conditions.from = Some(500);
        }
        change(&mut rules);
        let priced = Order::of(vec![line(1, 30, 1)]).rules(rules).price();
        if off(&priced, 1) > 0 { 1 } else { 2 }
    };
    assert_eq!(winner(|_| ()), 1);
    assert_eq!(winner(|rules| rules[0].conditions.from = Some(499)), 2);
    assert_eq!(winner(|rules| rules[0].priority = 499), 2);
}

#[test]
fn options_count_only_where_the_rule_says_so() {
    let mut rule = promotion(1, item_percent(1_000));
    let cart = || vec![with_extras(line(1, 40, 1), 20)];
    assert_eq!(goods(cart(), vec![rule.clone()]), 54);
    rule.with_extras = false;
    assert_eq!(goods(cart(), vec![rule.clone()]), 56);
    rule.effect = off_from(41, 10);
    assert_eq!(
        goods(cart(), vec![rule]),
        60,
        "thresholds leave them out too"
    );
}

#[test]
fn a_limit_of_units_takes_the_dearest() {
    let mut rule = promotion(1, item_percent(5_000));
    rule.limits.per_order = Some(2);
    assert_eq!(
        goods(vec![line(1, 30, 2), line(2, 50, 1)], vec![rule]),
        110 - 25 - 15
    );
}

#[test]
fn the_second_unit_is_at_half_price() {
    let half = || vec![promotion(1, nth(2, UnitDiscount::Percent(Rate::bp(5_000))))];
    assert_eq!(goods(vec![line(1, 35, 1)], half()), 35);
    assert_eq!(goods(vec![line(1, 35, 2)], half()), 52, "17.5 round to 18");
    assert_eq!(
        goods(vec![line(1, 35, 4)], half()),
        105,
        "rounded once over both"
    );
    assert_eq!(
        goods(vec![line(1, 50, 1), line(2, 30, 2)], half()),
        110 - 15
    );
    let for_ten = vec![promotion(1, nth(2, UnitDiscount::Price(dollars(10))))];
    assert_eq!(goods(vec![line(1, 35, 3)], for_ten), 80);
}

#[test]
fn any_n_for_a_price_or_at_a_rate() {
    let any = |price| vec![promotion(1, Effect::AnyN { n: 3, price })];
    let price = || any(SetPricing::Fixed(dollars(99)));
    assert_eq!(
        goods(
            vec![line(1, 50, 3), line(2, 40, 2), line(3, 30, 2)],
            price()
        ),
        99 + 99 + 30
    );
    assert_eq!(
        goods(vec![line(1, 30, 3)], price()),
        90,
        "never more expensive than without"
    );
    let rate = any(SetPricing::PercentOff(Rate::bp(1_500)));
    assert_eq!(goods(vec![line(1, 35, 4)], rate), 140 - 16);

    let priced = Order::of(vec![line(1, 50, 1), line(2, 40, 1), line(3, 30, 1)])
        .rules(price())
        .price();
    assert_eq!(nets(&priced), [41, 33, 25], "21 shared by 50, 40 and 30");
}

#[test]
fn buying_one_thing_gets_another() {
    let tea_with_cake = |take_from| Effect::BuyGet {
        buy: 1,
        get: 1,
        get_from: Some(products(&[3, 4])),
        off: UnitDiscount::Percent(Rate::bp(5_000)),
        take_from,
    };
    let rule = |take_from| {
        vec![for_products(
            promotion(1, tea_with_cake(take_from)),
            &[1, 2, 3],
        )]
    };
    let cheapest = || rule(TakeFrom::Cheapest);
    assert_eq!(goods(vec![line(1, 30, 1)], cheapest()), 30);
    assert_eq!(goods(vec![line(4, 80, 2)], cheapest()), 160);
    assert_eq!(
        goods(vec![line(1, 30, 1), line(4, 80, 2)], cheapest()),
        190 - 40
    );
    // The third product may be bought and got: two sets fit, not one.
    assert_eq!(
        goods(vec![line(1, 30, 2), line(3, 60, 2)], cheapest()),
        180 - 60
    );
    assert_eq!(
        goods(vec![line(3, 60, 1), line(4, 80, 1)], cheapest()),
        140 - 40
    );
    assert_eq!(
        goods(
            vec![line(2, 90, 1), line(3, 60, 1), line(4, 20, 1)],
            cheapest()
        ),
        140
    );

    let gap = Order::of(vec![line(1, 30, 2)]).rules(cheapest()).price();
    assert_eq!(reason(&gap, 1), Some(&Reason::MinQuantity { gap: 1 }));
}

#[test]
fn a_bundle_has_one_price() {
    let slot = |numbers: &[u128], units| BundleSlot {
        target: products(numbers),
        units,
    };
    let bundle = |slots| {
        let effect = Effect::Bundle {
            slots,
            price: dollars(100),
        };
        vec![Rule {
            with_extras: false,
            ..promotion(1, effect)
        }]
    };
    let meal = || bundle(vec![slot(&[1, 2], 1), slot(&[3], 2)]);
    let rice = || with_extras(line(1, 80, 1), 15);
    assert_eq!(goods(vec![rice(), line(3, 30, 2)], meal()), 115);
    assert_eq!(goods(vec![rice(), line(3, 30, 1)], meal()), 125);
    let two = vec![rice(), line(2, 70, 1), line(3, 30, 5)];
    assert_eq!(goods(two, meal()), 115 + 100 + 30);

    // The most expensive of what fits both slots must not take the place of what fits one only.
    let overlap = || bundle(vec![slot(&[1, 2], 1), slot(&[1], 1)]);
    assert_eq!(goods(vec![line(1, 90, 1), line(2, 60, 1)], overlap()), 100);
    assert_eq!(goods(vec![line(1, 90, 2), line(2, 60, 2)], overlap()), 200);
    assert_eq!(goods(vec![line(2, 60, 2)], overlap()), 120);
}

#[test]
fn a_unit_is_in_one_set_of_the_stage() {
    let pair = Effect::AnyN {
        n: 2,
        price: SetPricing::Fixed(dollars(50)),
    };
    let three = Effect::AnyN {
        n: 3,
        price: SetPricing::Fixed(dollars(70)),
    };
    let mut rules = vec![promotion(1, pair), promotion(2, three)];
    let cart = || vec![line(1, 40, 3)];
    // 50 saved by three, 30 by two.
    let priced = Order::of(cart()).rules(rules.clone()).price();
    assert_eq!((off(&priced, 1), off(&priced, 2)), (0, 50));
    let lost = Reason::LostToBetter {
        saving: dollars(30),
    };
    assert_eq!(reason(&priced, 1), Some(&lost));
    rules[0].priority = 1;
    let priced = Order::of(cart()).rules(rules.clone()).price();
    assert_eq!((off(&priced, 1), off(&priced, 2)), (30, 0));
    let priced = Order::of(vec![line(1, 40, 5)]).rules(rules).price();
    assert_eq!((off(&priced, 1), off(&priced, 2)), (60, 0));
}

#[test]
fn thresholds_give_the_highest_step_or_repeat() {
    let step = |at, off| Threshold {
        at,
        off: Discount::Amount(dollars(off)),
    };
    let discount = |measure, thresholds, repeats| {
        let discount = OrderDiscount {
            measure,
            thresholds,
            repeats,
        };
        vec![promotion(1, Effect::Order(discount))]
    };
    let stepped = || discount(Measure::Spend, vec![step(200, 10), step(400, 30)], false);
    let of = |goods| vec![line(1, goods, 1)];
    assert_eq!(goods(of(199), stepped()), 199);
    assert_eq!(goods(of(399), stepped()), 389);
    assert_eq!(goods(of(400), stepped()), 370);
    let gap = Order::of(of(150)).rules(stepped()).price();
    assert_eq!(
        reason(&gap, 1),
        Some(&Reason::MinSpend { gap: dollars(50) })
    );

    let repeated = || discount(Measure::Spend, vec![step(100, 10)], true);
    assert_eq!(goods(of(399), repeated()), 369);
    let mut twice = repeated();
    twice[0].limits.per_order = Some(2);
    assert_eq!(goods(of(399), twice), 379);

    let units = || discount(Measure::Units, vec![step(3, 20)], false);
    assert_eq!(goods(vec![line(1, 30, 2), line(2, 30, 1)], units()), 70);
    let gap = Order::of(vec![line(1, 30, 1)]).rules(units()).price();
    assert_eq!(reason(&gap, 1), Some(&Reason::MinQuantity { gap: 2 }));
}

fn gift(repeats: bool) -> Effect {
    let gift = GiftItem {
        product: id!(ProductId, 90),
        variant: id!(VariantId, 90),
        list: dollars(25),
        quantity: 1,
    };
    Effect::Gift { gift, repeats }
}

#[test]
fn a_gift_is_given_sold_out_or_declined_and_costs_nothing() {
    let rules = vec![from_spend(promotion(1, gift(false)), 100)];
    let order = Order::of(vec![line(1, 50, 5)]).rules(rules);
    let priced = order.price();
    assert_eq!(priced.total, dollars(250));
    assert_eq!(
        (priced.gifts[0].quantity, priced.gifts[0].state),
        (1, GiftState::Given)
    );

    let mut sold_out = order.clone();
    let item = (id!(ProductId, 90), id!(VariantId, 90));
    sold_out.gifts.sold_out.insert(item);
    let priced = sold_out.price();
    assert_eq!(priced.gifts[0].state, GiftState::SoldOut);
    assert_eq!(priced.notices, [Notice::GiftSoldOut { rule: rule_id(1) }]);

    let mut declined = order.clone();
    declined.gifts.declined.insert(rule_id(1));
    assert_eq!(declined.price().gifts[0].state, GiftState::Declined);

    let mut repeated = order;
    repeated.rules[0].effect = gift(true);
    assert_eq!(repeated.price().gifts[0].quantity, 2);
    let few = Order::of(vec![line(1, 50, 1)])
        .rules(repeated.rules)
        .price();
    assert!(few.gifts.is_empty());
    assert_eq!(
        reason(&few, 1),
        Some(&Reason::MinSpend { gap: dollars(50) })
    );
}

#[test]
fn an_offer_is_never_added_automatic_and_holds_while_its_condition_does() {
    let cookie = OfferedItem {
        product: id!(ProductId, 7),
        variant: id!(VariantId, 7),
        price: dollars(15),
        most: 2,
    };
    let rules = vec![from_spend(promotion(1, Effect::AddOn(vec![cookie])), 100)];
    let bought = |quantity| Line {
        offered_by: Some(rule_id(1)),
        ..with_extras(line(7, 40, quantity), 5)
    };
    let order = |lines: Vec<Line>| Order::of(lines).rules(rules.clone()).price();

    let offered = order(vec![line(1, 100, 1)]);
    assert_eq!(offered.total, dollars(100));
    assert_eq!(offered.offers[0].item, cookie);

    let taken = order(vec![line(1, 100, 1), bought(2)]);
    assert_eq!(taken.total, dollars(100 + 2 * 20), "options are on top");
    assert!(taken.notices.is_empty());

    let too_many = order(vec![line(1, 100, 1), bought(3)]);
    assert_eq!(too_many.total, dollars(100 + 2 * 20 + 45));
    assert_eq!(too_many.notices, [Notice::OfferGone { line: 1 }]);

    let condition_gone = order(vec![line(1, 99, 1), bought(1)]);
    assert_eq!(
        condition_gone.total,
        dollars(99 + 45),
        "it does not count for itself"
    );
    assert_eq!(condition_gone.notices, [Notice::OfferGone { line: 1 }]);
    assert_eq!(
        reason(&condition_gone, 1),
        Some(&Reason::MinSpend { gap: dollars(1) })
    );
    let not_of_the_offer = order(vec![line(1, 100, 1), line(7, 40, 1)]);
    assert_eq!(not_of_the_offer.total, dollars(140));
}

#[test]
fn delivery_rules_act_on_the_delivery_fee_alone() {
    let bag = Fee {
        kind: FeeKind::Other(FeeName::new("bag")),
        charge: Charge::Fixed(dollars(2)),
    };
    let service = Fee {
        kind: FeeKind::Other(FeeName::new("service")),
        charge: Charge::OfGoods(Rate::bp(1_000)),
    };
    let less = promotion(1, Effect::DeliveryOff(Discount::Amount(dollars(40))));
    let half = promotion(2, Effect::DeliveryOff(Discount::Percent(Rate::bp(5_000))));
    let order = Order::of(vec![line(1, 95, 1)])
        .rules(vec![less, half, promotion(3, off_from(0, 10))])
        .fees(vec![delivery_fee(60), bag, service]);
    let priced = order.price();
    let fees: Vec<_> = priced.fees.iter().map(|fee| fee.net.minor()).collect();
    assert_eq!(fees, [10, 2, 9], "half of what is left; service of 85");
    assert_eq!(priced.fees[0].list, dollars(60));
    let mut more = order;
    more.rules[0].effect = Effect::DeliveryOff(Discount::Amount(dollars(99)));
    assert_eq!(more.price().fees[0].net, Amount::ZERO);
}

#[test]
fn a_first_order_is_a_members() {
    let mut rule = promotion(1, off_from(0, 20));
    rule.conditions.audience.first_order = true;
    let order = Order::of(vec![line(1, 100, 1)]).rules(vec![rule]);
    assert_eq!(reason(&order.price(), 1), Some(&Reason::NeedsLogin));
    let new = Member {
        first_order: true,
        ..Member::default()
    };
    assert_eq!(order.clone().member(new).goods(), 80);
    let known = order.member(Member::default()).price();
    assert_eq!(reason(&known, 1), Some(&Reason::NotEligibleMember));
}

#[test]
fn products_out_win_and_excluded_products_neither_count_nor_change() {
    let mut rule = promotion(1, percent_off(1_000));
    rule.target = Target {
        include: Target::of(vec![Pick::Category(id!(CategoryId, 5))]).include,
        exclude: vec![Pick::Product(id!(ProductId, 2))],
    };
    let lines = vec![
        in_category(line(1, 100, 1), 5),
        in_category(line(2, 100, 1), 5),
        line(3, 100, 1),
    ];
    let priced = Order::of(lines).rules(vec![rule]).price();
    assert_eq!(nets(&priced), [90, 100, 100]);

    let excluded = Line {
        excluded: true,
        ..line(1, 100, 1)
    };
    let from_200 = from_spend(promotion(1, percent_off(1_000)), 200);
    let mut counted = from_200.clone();
    counted.conditions.minimum.counts_excluded = true;
    let cart = || vec![excluded.clone(), line(2, 100, 1)];
    let left_out = Order::of(cart()).rules(vec![from_200]).price();
    assert_eq!(
        reason(&left_out, 1),
        Some(&Reason::MinSpend { gap: dollars(100) })
    );
    assert_eq!(goods(cart(), vec![counted]), 190);
    let only = Order::of(vec![excluded])
        .rules(vec![promotion(1, percent_off(1_000))])
        .price();
    assert_eq!(reason(&only, 1), Some(&Reason::ExcludedItems));
}

#[test]
fn a_cap_or_budget_takes_no_more_than_is_left() {
    let mut rule = promotion(1, percent_off(5_000));
    rule.limits.max_discount = Some(dollars(30));
    let order = Order::of(vec![line(1, 50, 2)]).rules(vec![rule]);
    let priced = order.price();
    assert_eq!(priced.goods, dollars(70));
    assert!(priced.lines[0].adjustments[0].why.limited);

    let mut budget = order;
    budget.rules[0].limits.budget = Some(dollars(1_000));
    let spend = |order: &mut Order, spent| {
        let used = rules::Usage {
            spent: dollars(spent),
            ..rules::Usage::default()
        };
        order.usage.insert(rule_id(1), used);
    };
    spend(&mut budget, 988);
    assert_eq!(budget.goods(), 88);
    spend(&mut budget, 1_000);
    assert_eq!(reason(&budget.price(), 1), Some(&Reason::UsedUp));
}

#[test]
fn codes_and_coupons_know_the_same_effects() {
    let cart = || Order::of(vec![line(1, 50, 2), line(2, 30, 1)]).fees(vec![delivery_fee(60)]);
    let one_free = || {
        let mut coupon = coupon(1, Effect::Item(FREE));
        coupon.rule.target = products(&[1]);
        coupon.rule.limits.per_order = Some(1);
        coupon
    };
    assert_eq!(cart().enter(vec![one_free()]).goods(), 80, "商品兌換");
    assert_eq!(cart().enter(vec![code(1, FREE_DELIVERY)]).total(), 130);
    assert_eq!(cart().enter(vec![code(1, nth(2, FREE))]).goods(), 80);
    let gift = coupon(1, gift(false));
    let priced = cart().enter(vec![gift.clone()]).price();
    assert!(priced.entered[0].is_used());
    assert_eq!(priced.gifts.len(), 1);
    let mut sold_out = cart().enter(vec![gift]);
    let item = (id!(ProductId, 90), id!(VariantId, 90));
    sold_out.gifts.sold_out.insert(item);
    assert_eq!(not_used(&sold_out.price().entered[0]), &Reason::NoEffect);
    let mut another = one_free();
    another.rule.version = 2;
    let both = cart().enter(vec![one_free(), another]).price();
    assert_eq!(both.goods, dollars(30), "two of one kind, each for a unit");
}
