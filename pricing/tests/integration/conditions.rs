//! When, where and for whom a rule is.

use pricing::{
    rules::{Basis, Conditions, Hours, Member, Usage, Weekday, Who},
    *,
};

use crate::common::*;

/// The code of the reason, or none when the rule acts, by a change of the rule's conditions.
fn judged(change: impl Fn(&mut Conditions)) -> Option<&'static str> {
    judged_for(None, change)
}

fn judged_for(member: Option<Member>, change: impl Fn(&mut Conditions)) -> Option<&'static str> {
    let mut rule = promotion(1, off_from(0, 10));
    change(&mut rule.conditions);
    let mut context = context();
    context.wanted.weekday = Weekday::Saturday;
    context.wanted.minute = 30;
    let order = Order {
        member,
        context: Some(context),
        ..Order::of(vec![line(1, 100, 1)]).rules(vec![rule])
    };
    let priced = order.price();
    assert_eq!(priced.goods.minor() == 90, priced.rejected.is_empty());
    reason(&priced, 1).map(Reason::code)
}

#[test]
fn the_end_of_a_period_is_part_of_it() {
    assert_eq!(
        judged(|one| (one.from, one.until) = (Some(1_000), Some(1_000))),
        None
    );
    assert_eq!(judged(|one| one.from = Some(1_001)), Some("NOT_IN_PERIOD"));
    assert_eq!(judged(|one| one.until = Some(999)), Some("NOT_IN_PERIOD"));
}

#[test]
fn places_and_ways_are_lists() {
    assert_eq!(judged(|one| one.branches = vec![id!(BranchId, 1)]), None);
    assert_eq!(
        judged(|one| one.branches = vec![id!(BranchId, 2)]),
        Some("NOT_THIS_BRANCH")
    );
    assert_eq!(
        judged(|one| one.brands = vec![id!(BrandId, 2)]),
        Some("NOT_THIS_BRANCH")
    );
    let delivery = || vec![Method::new("delivery")];
    assert_eq!(
        judged(|one| one.methods = delivery()),
        Some("NOT_THIS_METHOD")
    );
    let table = || vec![Channel::new("table")];
    assert_eq!(
        judged(|one| one.channels = table()),
        Some("NOT_THIS_CHANNEL")
    );
    let card = || vec![PaymentMethod::new("card")];
    assert_eq!(
        judged(|one| one.payments = card()),
        Some("NOT_THIS_PAYMENT")
    );
}

#[test]
fn hours_are_of_the_time_of_placing_or_of_the_wanted_time() {
    let hours = |from, to| vec![Hours { from, to }];
    assert_eq!(judged(|one| one.hours = hours(720, 721)), None);
    assert_eq!(
        judged(|one| one.hours = hours(660, 720)),
        Some("NOT_THIS_TIME")
    );
    assert_eq!(judged(|one| one.weekdays = vec![Weekday::Friday]), None);
    assert_eq!(
        judged(|one| one.weekdays = vec![Weekday::Saturday]),
        Some("NOT_THIS_TIME")
    );
    let wanted = |one: &mut Conditions| {
        one.basis = Basis::Wanted;
        one.weekdays = vec![Weekday::Saturday];
        one.hours = hours(1_320, 120);
    };
    assert_eq!(judged(wanted), None, "over midnight");
}

#[test]
fn members_are_asked_for_what_the_rule_says() {
    let member = |change: fn(&mut Member)| {
        let mut member = Member::default();
        change(&mut member);
        Some(member)
    };
    let plain = || member(|_| ());
    let members = |one: &mut Conditions| one.audience.who = Who::Members;
    let guests = |one: &mut Conditions| one.audience.who = Who::Guests;
    assert_eq!(judged(members), Some("NEEDS_LOGIN"));
    assert_eq!(judged(guests), None);
    assert_eq!(judged_for(plain(), members), None);
    assert_eq!(judged_for(plain(), guests), Some("NOT_ELIGIBLE_MEMBER"));

    let born_in_june = |one: &mut Conditions| one.audience.birth_month = true;
    assert_eq!(
        judged_for(member(|one| one.birth_month = Some(6)), born_in_june),
        None
    );
    assert_eq!(
        judged_for(member(|one| one.birth_month = Some(7)), born_in_june),
        Some("NOT_ELIGIBLE_MEMBER")
    );
    let tagged = |one: &mut Conditions| one.audience.tags = vec![id!(MemberTagId, 1)];
    assert_eq!(judged(tagged), Some("NEEDS_LOGIN"));
    assert_eq!(judged_for(plain(), tagged), Some("NOT_ELIGIBLE_MEMBER"));
    assert_eq!(
        judged_for(member(|one| one.tags = vec![id!(MemberTagId, 1)]), tagged),
        None
    );
    let segment = |one: &mut Conditions| one.audience.segments = vec![id!(SegmentId, 1)];
    assert_eq!(judged_for(plain(), segment), Some("NOT_ELIGIBLE_MEMBER"));
}

#[test]
fn fees_and_gifts_count_where_the_rule_says_so() {
    let mut rule = from_spend(promotion(1, off_from(0, 10)), 130);
    let order = |rule: rules::Rule| {
        Order::of(vec![line(1, 100, 1)])
            .rules(vec![rule])
            .fees(vec![delivery_fee(30)])
            .goods()
    };
    assert_eq!(order(rule.clone()), 100);
    rule.conditions.minimum.counts_fees = true;
    assert_eq!(order(rule), 90);
}

#[test]
fn uses_are_counted_for_all_and_for_a_member() {
    let judged = |usage: Usage| {
        let mut rule = promotion(1, off_from(0, 10));
        rule.limits.total = Some(10);
        rule.limits.per_member = Some(3);
        rule.limits.per_member_day = Some(1);
        let mut order = Order::of(vec![line(1, 100, 1)]).rules(vec![rule]);
        order.usage.insert(rule_id(1), usage);
        reason(&order.price(), 1).map(Reason::code)
    };
    let none = Usage::default();
    assert_eq!(
        judged(Usage {
            total: 9,
            member: 2,
            ..none
        }),
        None
    );
    assert_eq!(judged(Usage { total: 10, ..none }), Some("USED_UP"));
    assert_eq!(
        judged(Usage { member: 3, ..none }),
        Some("PER_MEMBER_LIMIT")
    );
    assert_eq!(
        judged(Usage {
            member_today: 1,
            ..none
        }),
        Some("PER_MEMBER_LIMIT")
    );
}

#[test]
fn rules_about_other_products_are_not_mentioned() {
    let mut elsewhere = for_products(promotion(1, off_from(0, 10)), &[9]);
    elsewhere.conditions.branches = vec![id!(BranchId, 2)];
    let priced = Order::of(vec![line(1, 100, 1)])
        .rules(vec![elsewhere])
        .price();
    assert!(priced.rejected.is_empty());
}
