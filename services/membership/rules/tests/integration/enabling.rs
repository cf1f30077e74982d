//! What is found before a rule is enabled.

use benefit_rules::{MenuItem, Relation, check_enabling, preview};
use pricing::{
    Amount, Cart, CategoryId, Class, Exclusive, ProductId, RuleId, TierId, VariantId,
    rules::{
        Conditions, Context, Customer, Discount, Effect, Hours, Moment, OrderDiscount, Pick, Rule,
        RuleFault, RuleSet, SetPricing, Target, UnitDiscount, Weekday, Who,
    },
};
use uuid::Uuid;

const TEA: u128 = 1;
const CAKE: u128 = 2;

const fn dollars(amount: i64) -> Amount {
    Amount::new(amount)
}

const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn product(n: u128) -> ProductId {
    ProductId::from_uuid(uuid(n))
}

fn rule(n: u128, effect: Effect) -> Rule {
    Rule::new(RuleId::from_uuid(uuid(n)), "rule", Class::Promotion, effect)
}

fn only(rule: Rule, n: u128) -> Rule {
    Rule {
        target: Target::of(vec![Pick::Product(product(n))]),
        ..rule
    }
}

fn when(rule: Rule, change: impl FnOnce(&mut Conditions)) -> Rule {
    let mut rule = rule;
    change(&mut rule.conditions);
    rule
}

fn item(percent_bp: u32) -> Effect {
    Effect::Item(UnitDiscount::Percent(pricing::Rate::bp(percent_bp)))
}

fn off_from(at: i64, off: i64) -> Effect {
    Effect::Order(OrderDiscount::from_spend(
        at,
        Discount::Amount(dollars(off)),
    ))
}

fn menu() -> Vec<MenuItem> {
    let item = |n, list, cost: Option<i64>| MenuItem {
        product: product(n),
        variant: VariantId::from_uuid(uuid(n)),
        categories: vec![CategoryId::from_uuid(uuid(50))],
        list: dollars(list),
        cost: cost.map(dollars),
        excluded: false,
    };
    vec![item(TEA, 50, Some(20)), item(CAKE, 100, None)]
}

fn relation(one: &Rule, other: Rule) -> Option<Relation> {
    let report = check_enabling(one, &[other], &menu());
    report.conflicts.first().map(|conflict| conflict.relation)
}

#[test]
fn it_is_said_how_rules_stand_to_each_other() {
    let own = only(rule(1, item(1_000)), TEA);
    let order = || rule(2, off_from(0, 5));
    assert_eq!(relation(&own, order()), Some(Relation::Stacks));
    assert_eq!(
        relation(&own, rule(2, item(500))),
        Some(Relation::SameUnits),
        "an item has one item rule"
    );
    assert_eq!(relation(&own, only(rule(2, item(500)), CAKE)), None);

    let mut alone = order();
    alone.exclusive = Exclusive::Order;
    assert_eq!(relation(&own, alone), Some(Relation::StandsAlone));
    let mut against = order();
    against.beside = against.beside.without(Class::Promotion);
    assert_eq!(relation(&own, against), Some(Relation::NotBeside));

    let grouped = |rule: Rule| Rule {
        exclusive: Exclusive::Group("spring".to_owned()),
        ..rule
    };
    let both = relation(
        &grouped(own.clone()),
        grouped(only(rule(2, item(500)), CAKE)),
    );
    assert_eq!(both, Some(Relation::SameGroup));
    let report = check_enabling(&grouped(own), &[], &menu());
    assert_eq!(report.warnings, ["GROUP_OF_ONE"]);
}

#[test]
fn rules_that_never_meet_are_no_conflict() {
    let own = || rule(1, off_from(0, 10));
    let other = || rule(2, off_from(0, 5));
    let hours = |from, to| move |one: &mut Conditions| one.hours = vec![Hours { from, to }];
    let spring = when(own(), |one| (one.from, one.until) = (Some(10), Some(20)));
    assert_eq!(
        relation(&spring, when(other(), |one| one.from = Some(21))),
        None
    );
    assert!(relation(&spring, when(other(), |one| one.from = Some(20))).is_some());

    let evening = when(own(), hours(1_200, 120));
    assert_eq!(relation(&evening, when(other(), hours(120, 1_200))), None);
    assert!(relation(&evening, when(other(), hours(60, 180))).is_some());

    let guests = when(own(), |one| one.audience.who = Who::Guests);
    let members = when(other(), |one| one.audience.first_order = true);
    assert_eq!(relation(&guests, members), None);
    let tier = |n| {
        move |one: &mut Conditions| {
            one.audience.tiers = vec![TierId::from_uuid(uuid(n))];
        }
    };
    assert_eq!(
        relation(&when(own(), tier(1)), when(other(), tier(2))),
        None
    );
}

#[test]
fn the_worst_case_is_found_where_thresholds_are_just_reached() {
    // 打 8 折, then 50 off from 200: five teas of 40 come to 150, so one to 30.
    let own = rule(1, off_from(200, 50));
    let report = check_enabling(&own, &[only(rule(2, item(2_000)), TEA)], &menu());
    let tea = report
        .worst
        .iter()
        .find(|case| case.product == product(TEA))
        .unwrap();
    assert_eq!(tea.least, dollars(30));
    assert_eq!(tea.rules.len(), 2);
    assert_eq!(report.depth, 2);
    assert_eq!(report.below_floor, 0);
    assert_eq!(report.worst.first().unwrap().product, product(TEA));
}

#[test]
fn what_costs_less_than_it_is_made_for_is_below_the_floor() {
    let cheap = only(rule(1, Effect::Item(UnitDiscount::Price(dollars(19)))), TEA);
    assert_eq!(check_enabling(&cheap, &[], &menu()).below_floor, 1);
    let at_cost = only(rule(1, Effect::Item(UnitDiscount::Price(dollars(20)))), TEA);
    assert_eq!(check_enabling(&at_cost, &[], &menu()).below_floor, 0);
    let for_nothing = only(rule(1, Effect::Item(UnitDiscount::Price(dollars(0)))), CAKE);
    assert_eq!(check_enabling(&for_nothing, &[], &menu()).below_floor, 1);
    let three = Effect::AnyN {
        n: 3,
        price: SetPricing::Fixed(dollars(57)),
    };
    assert_eq!(
        check_enabling(&only(rule(1, three), TEA), &[], &menu()).below_floor,
        1
    );
}

#[test]
fn too_many_that_stand_alone_are_a_fault_of_the_next() {
    let alone = |n| Rule {
        exclusive: Exclusive::Order,
        ..rule(n, off_from(0, 5))
    };
    let others: Vec<_> = (2..=21).map(alone).collect();
    let faults = check_enabling(&alone(1), &others, &menu()).faults;
    assert_eq!(faults, [RuleFault::TooManyExclusive(21)]);
    assert!(
        check_enabling(&alone(1), &others[1..], &menu())
            .faults
            .is_empty()
    );
    assert!(
        check_enabling(&rule(1, off_from(0, 5)), &others, &menu())
            .faults
            .is_empty()
    );
}

#[test]
fn a_sample_cart_is_priced_without_the_rule_and_with_it() {
    let moment = Moment {
        at: 1_000,
        weekday: Weekday::Friday,
        minute: 720,
        month: 6,
    };
    let context = Context {
        brand: pricing::BrandId::from_uuid(uuid(1)),
        branch: pricing::BranchId::from_uuid(uuid(1)),
        channel: pricing::Channel::new("web"),
        method: pricing::Method::new("pickup"),
        payment: None,
        placed: moment,
        wanted: moment,
    };
    let line = pricing::Line::new(
        product(CAKE),
        VariantId::from_uuid(uuid(CAKE)),
        dollars(100),
        3,
    );
    let cart = Cart::new(vec![line]).unwrap();
    let others = vec![rule(1, off_from(300, 20)), rule(2, off_from(0, 10))];
    let others = RuleSet::new(others).unwrap();
    let goods = |changed: &Rule| {
        let preview = preview(changed, &others, &cart, &context, &Customer::Guest).unwrap();
        (preview.before.goods.minor(), preview.after.goods.minor())
    };
    assert_eq!(
        goods(&rule(1, off_from(250, 50))),
        (290, 240),
        "it takes the old one's place"
    );
    let code = Rule {
        class: Class::Code,
        ..rule(3, off_from(0, 30))
    };
    assert_eq!(goods(&code), (270, 240));
}
