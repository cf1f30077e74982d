//! Points used and earned.

use pricing::{
    rules::{Effect, Rule},
    *,
};

use crate::common::*;

fn with(change: impl Fn(&mut Redeeming)) -> PointsProgram {
    let mut program = program();
    change(program.redeeming.as_mut().unwrap());
    program
}

fn refused(order: &Order) -> Reason {
    let priced = order.price();
    assert_eq!(priced.points_used, 0);
    not_used(priced.points.as_ref().unwrap()).clone()
}

fn cart() -> Order {
    Order::of(vec![line(1, 40, 2), line(2, 20, 1)])
}

#[test]
fn points_keep_the_programmes_numbers() {
    let stepped = || with(|one| (one.min_points, one.step) = (20, 10));
    let step = Reason::PointsStep {
        min_points: 20,
        step: 10,
    };
    assert_eq!(refused(&cart().points(10, stepped())), step);
    assert_eq!(refused(&cart().points(25, stepped())), step);
    assert_eq!(cart().points(30, stepped()).goods(), 70);
    let too_many = cart().points(1_001, program());
    assert_eq!(
        refused(&too_many),
        Reason::PointsInsufficient { balance: 1_000 }
    );
    let min = with(|one| one.min_spend = dollars(101));
    assert_eq!(
        refused(&cart().points(1, min)),
        Reason::MinSpend { gap: dollars(1) }
    );
    let cap = with(|one| (one.min_points, one.cap) = (20, Rate::bp(1_000)));
    assert_eq!(refused(&cart().points(20, cap)), Reason::PointsCapped);
    let worthless = with(|one| one.worth_of_100 = 1);
    assert_eq!(refused(&cart().points(99, worthless)), Reason::NoEffect);
}

#[test]
fn a_point_need_not_be_a_dollar() {
    let third = with(|one| one.worth_of_100 = 30);
    let priced = cart().points(100, third).price();
    assert_eq!((priced.goods, priced.points_used), (dollars(70), 100));
    let points: Vec<_> = priced
        .lines
        .iter()
        .flat_map(|line| &line.units)
        .map(|unit| unit.points)
        .collect();
    assert_eq!(points, [40, 40, 20]);
}

#[test]
fn points_pay_what_the_programme_lets_them_and_excluded_products_too() {
    let only_second = with(|one| one.target = products(&[2]));
    let priced = cart().points(30, only_second).price();
    assert_eq!(nets(&priced), [40, 40, 0]);
    assert_eq!(priced.points_used, 20);
    let excluded = Line {
        excluded: true,
        ..line(1, 40, 1)
    };
    assert_eq!(Order::of(vec![excluded]).points(15, program()).goods(), 25);
}

#[test]
fn guests_neither_use_nor_earn_points() {
    let guest = Order {
        member: None,
        ..cart().points(10, program())
    };
    assert_eq!(refused(&guest), Reason::NeedsLogin);
    assert_eq!(guest.price().earned, None);
    let none = Order {
        program: None,
        ..cart().points(10, program())
    };
    assert_eq!(refused(&none), Reason::NotEligibleMember);
}

#[test]
fn the_highest_factor_counts_and_what_adds_is_added() {
    let factor = |n, bp, adds| {
        let factor = Rate::bp(bp);
        promotion(n, Effect::MultiplyPoints { factor, adds })
    };
    let earned = |rules: Vec<Rule>| {
        let order = cart().rules(rules).points(0, program());
        let order = Order {
            points: None,
            ..order
        };
        let priced = order.price();
        assert_eq!(priced.total, dollars(100), "points earned change no amount");
        (priced.earned.unwrap().points, priced.rejected.len())
    };
    assert_eq!(earned(vec![]), (10, 0));
    assert_eq!(
        earned(vec![factor(1, 20_000, false), factor(2, 15_000, false)]),
        (20, 1)
    );
    assert_eq!(
        earned(vec![factor(1, 20_000, true), factor(2, 15_000, false)]),
        (25, 0)
    );
    assert_eq!(
        earned(vec![factor(1, 20_000, true), factor(2, 15_000, true)]),
        (25, 0)
    );
}

#[test]
fn channels_methods_and_products_may_earn_nothing() {
    let earned = |change: fn(&mut Earning)| {
        let mut program = program();
        change(program.earning.as_mut().unwrap());
        let order = cart().points(0, program);
        let order = Order {
            points: None,
            ..order
        };
        order.price().earned.map(|earned| earned.points)
    };
    assert_eq!(earned(|one| one.target = products(&[1])), Some(8));
    assert_eq!(
        earned(|one| one.channels = vec![Channel::new("uber_eats")]),
        None
    );
    assert_eq!(
        earned(|one| one.methods = vec![Method::new("pickup")]),
        Some(10)
    );
    assert_eq!(
        earned(|one| (one.every, one.points) = (dollars(30), 2)),
        Some(6)
    );
}
