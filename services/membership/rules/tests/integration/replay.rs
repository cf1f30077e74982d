//! Past orders, reproduced and then priced otherwise.

use benefit_rules::{DaySales, PastOrder, Replay, Sold, Trial, replay};
use pricing::{
    Amount, BranchId, Cart, Class, EnteredRule, Gifts, Line, Places, ProductId, Request, RuleId,
    VariantId,
    rules::{
        Context, Customer, Discount, Effect, Limits, Moment, OrderDiscount, Rule, RuleSet, Weekday,
    },
};
use uuid::Uuid;

const fn dollars(amount: i64) -> Amount {
    Amount::new(amount)
}

const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// 「滿 … 折 50」.
fn off_50_from(at: i64, version: i64) -> Rule {
    let effect = Effect::Order(OrderDiscount::from_spend(at, Discount::Amount(dollars(50))));
    Rule {
        version,
        ..Rule::new(
            RuleId::from_uuid(uuid(1)),
            "滿額折",
            Class::Promotion,
            effect,
        )
    }
}

fn set(rules: Vec<Rule>) -> RuleSet {
    RuleSet::of_brand(rules).unwrap()
}

fn context(branch: u128, day: i64) -> Context {
    let moment = Moment {
        at: day * 86_400,
        weekday: Weekday::Friday,
        minute: 720,
        month: 6,
    };
    Context {
        brand: pricing::BrandId::from_uuid(uuid(1)),
        branch: BranchId::from_uuid(uuid(branch)),
        channel: pricing::Channel::new("web"),
        method: pricing::Method::new("pickup"),
        payment: None,
        placed: moment,
        wanted: moment,
    }
}

/// An order of `goods` at list price, sold by `rules`.
fn sold(n: u128, branch: u128, day: i64, goods: i64, rules: &RuleSet) -> PastOrder {
    let (product, variant) = (
        ProductId::from_uuid(uuid(goods.unsigned_abs().into())),
        VariantId::from_uuid(uuid(7)),
    );
    let cart = Cart::new(vec![Line::new(product, variant, dollars(goods), 1)]).unwrap();
    let context = context(branch, day);
    let priced = pricing::price(&Request::new(&cart, rules, context.clone())).unwrap();
    let mut sold = Sold {
        nets: priced.lines.iter().map(|line| line.net).collect(),
        total: priced.total,
        ..Sold::default()
    };
    for adjustment in priced.lines.iter().flat_map(|line| &line.adjustments) {
        let rule = (adjustment.rule, adjustment.version);
        *sold.off.entry(rule).or_default() -= adjustment.amount;
    }
    PastOrder {
        order: uuid(n),
        number: format!("A{n:04}"),
        member: None,
        business_day: format!("2026-06-{day:02}"),
        cart,
        context,
        customer: Customer::Guest,
        entered: Vec::new(),
        places: Places::default(),
        points: None,
        program: None,
        fees: Vec::new(),
        gifts: Gifts::default(),
        discount_cap: None,
        sold,
    }
}

/// Thirty days of a branch with orders of 200, 260 and 480, and one with orders of 260.
fn month(rules: &RuleSet) -> Vec<PastOrder> {
    let mut orders = Vec::new();
    for day in 1..=30 {
        for (branch, goods) in [(1, 200), (1, 260), (1, 480), (2, 260)] {
            let n = orders.len() as u128 + 1;
            orders.push(sold(n, branch, day, goods, rules));
        }
    }
    orders
}

#[test]
fn e20_every_order_is_reproduced_and_then_priced_by_the_new_version() {
    let before = set(vec![off_50_from(300, 1)]);
    let mut new = off_50_from(250, 2);
    new.conditions.from = Some(i64::MAX);
    let orders = month(&before);
    let report = replay(&orders, &before, &set(vec![new])).unwrap();
    assert_eq!((report.orders, report.reproduced), (120, 120));
    assert!(report.mismatches.is_empty());
    // The two orders of 260 of each day have 50 off now; the others are as they were.
    assert_eq!(report.touched, 60);
    let list = 30 * (200 + 260 + 480 + 260);
    assert_eq!(report.net_before, dollars(list - 30 * 50));
    assert_eq!(report.net_after, dollars(list - 30 * 150));
    let branches: Vec<_> = report
        .branches
        .iter()
        .map(|one| (one.touched, (one.net_before - one.net_after).minor()))
        .collect();
    assert_eq!(branches, [(30, 1_500), (30, 1_500)]);
    let product = report.products.first().unwrap();
    assert_eq!(
        (product.units, product.net_before, product.net_after),
        (60, dollars(60 * 260), dollars(60 * 210))
    );
    assert_eq!(report.largest.len(), 20);
    assert!(report.largest.iter().all(|order| order.off == dollars(50)));
}

#[test]
fn one_by_one_gives_what_the_whole_gives() {
    let before = set(vec![off_50_from(300, 1)]);
    let after = set(vec![off_50_from(250, 2)]);
    let orders = month(&before);
    let trial = Trial::new(before.clone(), &after).unwrap();
    let mut replay_one_by_one = Replay::default();
    for order in &orders {
        replay_one_by_one.next(order, &trial);
    }
    assert_eq!(
        replay_one_by_one.report(),
        replay(&orders, &before, &after).unwrap()
    );
}

#[test]
fn an_order_that_comes_to_another_price_is_named_and_counts_nowhere() {
    let before = set(vec![off_50_from(300, 1)]);
    let mut orders = vec![sold(1, 1, 1, 480, &before), sold(2, 1, 1, 260, &before)];
    orders[0].sold.total += dollars(1);
    let report = replay(&orders, &before, &set(vec![off_50_from(250, 2)])).unwrap();
    assert_eq!(
        (report.orders, report.reproduced, report.touched),
        (2, 1, 1)
    );
    let named = &report.mismatches[0];
    assert_eq!(
        (named.order, named.sold, named.now),
        (uuid(1), dollars(431), Some(dollars(430)))
    );
    assert_eq!(report.net_before, dollars(260));
}

#[test]
fn a_budget_is_spent_in_the_order_of_time_and_to_the_dollar() {
    let before = set(Vec::new());
    let limited = Rule {
        limits: Limits {
            budget: Some(dollars(120)),
            ..Limits::default()
        },
        ..off_50_from(250, 1)
    };
    let after = set(vec![limited]);
    let report = replay(&month(&before), &before, &after).unwrap();
    assert_eq!(report.net_before - report.net_after, dollars(120));
    assert_eq!(report.touched, 3, "50, 50 and 20");
    assert_eq!(report.largest.last().unwrap().off, dollars(20));
}

#[test]
fn each_member_and_each_day_counts_apart() {
    let before = set(Vec::new());
    let limited = |limits| {
        set(vec![Rule {
            limits,
            ..off_50_from(250, 1)
        }])
    };
    let mut orders = month(&before);
    for (n, order) in orders.iter_mut().enumerate() {
        order.member = Some(uuid(1_000 + n as u128 % 8));
    }
    let touched = |limits| replay(&orders, &before, &limited(limits)).unwrap().touched;
    let per_day = Limits {
        per_day: Some(2),
        ..Limits::default()
    };
    assert_eq!(touched(per_day), 60);
    // Of eight members two order 200 alone; each of the others has one use.
    let per_member = Limits {
        per_member: Some(1),
        ..Limits::default()
    };
    assert_eq!(touched(per_member), 6);
}

#[test]
fn each_day_stands_beside_the_same_weekday_before() {
    let before = set(Vec::new());
    let mut orders = month(&before);
    orders.retain(|order| order.business_day != "2026-06-10");
    let report = replay(&orders, &before, &set(vec![off_50_from(250, 1)])).unwrap();
    assert_eq!(report.days.len(), 29);
    let day = |name: &str| {
        let mut days = report.days.iter();
        days.find(|day| day.business_day == name).unwrap()
    };
    let sold = DaySales {
        orders: 4,
        net: dollars(1_200),
    };
    let ninth = day("2026-06-09");
    assert_eq!(
        (ninth.touched, ninth.sold, ninth.net_after),
        (3, sold, dollars(1_050))
    );
    assert_eq!(ninth.week_before, Some(sold), "as it was sold on the 2nd");
    assert_eq!(day("2026-06-17").week_before, Some(DaySales::default()));
    // Of the first day it is not known whether all of it was read.
    assert_eq!(day("2026-06-08").week_before, None);
    assert_eq!(day("2026-06-07").week_before, None);
}

#[test]
fn a_code_counts_by_what_it_took_of_its_budget() {
    let mut code = off_50_from(100, 1);
    code.class = Class::Code;
    code.limits.budget = Some(dollars(70));
    let rules = set(Vec::new());
    // The first order took 50 of the budget, the second the 20 that were left, the third came too late.
    let mut orders = [50, 20, 0].map(|_| sold(1, 1, 1, 480, &rules));
    for (order, off) in orders.iter_mut().zip([50, 20, 0]) {
        order.entered = vec![EnteredRule {
            rule: code.clone(),
            insisted: false,
        }];
        let net = dollars(480 - off);
        (order.sold.nets, order.sold.total) = (vec![net], net);
        if off > 0 {
            order.sold.off.insert((code.id, code.version), dollars(off));
        }
    }
    let report = replay(&orders, &rules, &rules).unwrap();
    assert_eq!((report.reproduced, report.touched), (3, 0));
}

#[test]
fn a_rule_that_was_used_up_then_stays_so() {
    let mut limited = off_50_from(300, 1);
    limited.limits.total = Some(1);
    let before = set(vec![limited.clone()]);
    let without = set(Vec::new());
    let orders = [sold(1, 1, 1, 480, &before), sold(2, 1, 1, 480, &without)];
    let report = replay(&orders, &before, &set(vec![limited])).unwrap();
    assert_eq!((report.reproduced, report.touched), (2, 0));
}
