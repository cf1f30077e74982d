use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chassis::{
    business_day::BusinessDay,
    error::Violations,
    id::{CategoryId, LimitRuleId, OrderId, ProductId, VariantId},
    sales::{Channel, Method},
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use uuid::Uuid;

use super::{
    counter::Fullness,
    grid::Grid,
    order::SlotOrder,
    parse::validate,
    simulation::simulate,
    usage::{CapacityUsage, beyond},
    *,
};
use crate::domain::{
    hours::{Hours, Period, calendar::SlotProblem, schedule::Schedule},
    line::Line,
};

/// A Wednesday, 12:00 in Taipei.
const NOON: &str = "2026-09-02T04:00:00Z";
/// 18:00 of that day.
const SIX: &str = "2026-09-02T10:00:00Z";

fn at(raw: &str) -> DateTime<Utc> {
    raw.parse().unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn cakes() -> LimitTarget {
    LimitTarget::Category(CategoryId::from_uuid(id(1)))
}

/// Open 10:00–22:00 every day, slots of 15 minutes, lead 15.
fn schedule() -> Schedule {
    let periods = (1..=7)
        .map(|weekday| Period {
            weekday,
            open_minute: 600,
            close_minute: 1320,
        })
        .collect();
    let hours = Hours {
        periods,
        ..Hours::default()
    };
    Schedule::weekly(hours, Tz::Asia__Taipei, 240)
}

fn rule(measure: Measure, target: LimitTarget, window: Window, limit: i64) -> Rule {
    Rule {
        rule_id: LimitRuleId::from_uuid(id(100)),
        measure,
        target,
        target_name: String::new(),
        window,
        days: Days::Week {
            weekdays: BTreeSet::new(),
            from: None,
            to: None,
        },
        limit,
        people: 0,
        shares: BTreeMap::new(),
        reserved_for_counter: 0,
        early_hours: 0,
        enabled: true,
    }
}

fn numbered(mut rules: Vec<Rule>) -> Vec<Rule> {
    for (n, rule) in rules.iter_mut().enumerate() {
        rule.rule_id = LimitRuleId::from_uuid(id(100 + n as u128));
    }
    rules
}

fn usage(rules: Vec<Rule>) -> CapacityUsage {
    CapacityUsage {
        limits: Arc::new(Limits::new(&numbered(rules))),
        used: HashMap::new(),
    }
}

fn line(category: u128, quantity: i64) -> Line {
    Line {
        product_id: ProductId::from_uuid(id(category)),
        variant_id: VariantId::from_uuid(id(category)),
        option_ids: Vec::new(),
        category_ids: vec![CategoryId::from_uuid(id(category))],
        quantity,
        amount: 50 * quantity,
        make_seconds: 60,
        station: "吧台".to_owned(),
        print_tag: String::new(),
    }
}

struct Branch {
    schedule: Schedule,
    usage: CapacityUsage,
}

impl Branch {
    fn new(rules: Vec<Rule>) -> Self {
        Self {
            schedule: schedule(),
            usage: usage(rules),
        }
    }

    fn fullness(&self, lines: &[Line], slot: &str) -> Fullness {
        self.fullness_by(Channel::Web, lines, slot)
    }

    fn fullness_by(&self, channel: Channel, lines: &[Line], slot: &str) -> Fullness {
        let calendar = self.schedule.at(at(NOON));
        let demand = self.usage.limits.demand(channel, Method::Pickup, lines);
        self.usage.remaining(&calendar, &demand, at(slot)).fullness
    }

    fn take(&mut self, lines: &[Line], slot: &str) {
        self.take_by(Channel::Web, lines, slot);
    }

    fn take_by(&mut self, channel: Channel, lines: &[Line], slot: &str) {
        let calendar = self.schedule.at(at(NOON));
        let demand = self.usage.limits.demand(channel, Method::Pickup, lines);
        let takes = self.usage.takes(&calendar, &demand, at(slot));
        self.usage.add(&takes);
    }

    fn earliest(&self, lines: &[Line], from: &str) -> Option<DateTime<Utc>> {
        let calendar = self.schedule.at(at(NOON));
        let demand = self
            .usage
            .limits
            .demand(Channel::Web, Method::Pickup, lines);
        self.usage.earliest(&calendar, &demand, at(from))
    }
}

/// E9: 10 cakes and 4 orders a slot.
#[test]
fn a_slot_has_room_for_a_cart_only_as_far_as_every_rule_has() {
    let mut branch = Branch::new(vec![
        rule(Measure::Units, cakes(), Window::Slot, 10),
        rule(Measure::Orders, LimitTarget::All, Window::Slot, 4),
    ]);
    for _ in 0..3 {
        branch.take(&[line(1, 3)], SIX);
    }
    assert_ne!(branch.fullness(&[line(1, 1)], SIX), Fullness::Full);
    assert_eq!(branch.fullness(&[line(1, 2)], SIX), Fullness::Full);
    assert_eq!(
        branch.earliest(&[line(1, 2)], SIX),
        Some(at("2026-09-02T10:15:00Z"))
    );
    branch.take(&[line(2, 1)], SIX);
    assert_eq!(branch.fullness(&[line(2, 1)], SIX), Fullness::Full);
}

#[test]
fn a_slot_with_two_left_is_full_for_three() {
    let mut branch = Branch::new(vec![rule(
        Measure::Units,
        LimitTarget::All,
        Window::Slot,
        10,
    )]);
    branch.take(&[line(1, 8)], SIX);
    assert_eq!(branch.fullness(&[line(1, 2)], SIX), Fullness::Filling);
    assert_eq!(branch.fullness(&[line(1, 3)], SIX), Fullness::Full);
}

#[test]
fn any_minutes_in_a_row_hold_no_more_than_the_limit() {
    let rolling = Window::Rolling(60);
    let mut branch = Branch::new(vec![rule(Measure::Orders, LimitTarget::All, rolling, 2)]);
    branch.take(&[line(1, 1)], "2026-09-02T10:15:00Z");
    branch.take(&[line(1, 1)], "2026-09-02T10:45:00Z");
    for (slot, full) in [
        ("2026-09-02T09:45:00Z", false),
        ("2026-09-02T10:00:00Z", true),
        ("2026-09-02T10:30:00Z", true),
        ("2026-09-02T11:00:00Z", true),
        ("2026-09-02T11:15:00Z", false),
    ] {
        let found = branch.fullness(&[line(1, 1)], slot) == Fullness::Full;
        assert_eq!(found, full, "{slot}");
    }
}

#[test]
fn dayparts_and_days_follow_the_business_day() {
    let night = Window::Daypart {
        name: "宵夜".to_owned(),
        from: 1_320,
        to: 120,
    };
    let mut branch = Branch::new(vec![rule(Measure::Orders, LimitTarget::All, night, 1)]);
    branch.take(&[], "2026-09-02T15:00:00Z");
    // 01:30 belongs to the night before, 23:00 of the next day to the next.
    assert_eq!(branch.fullness(&[], "2026-09-02T17:30:00Z"), Fullness::Full);
    assert_eq!(branch.fullness(&[], "2026-09-02T18:30:00Z"), Fullness::Open);
    assert_eq!(branch.fullness(&[], "2026-09-03T15:00:00Z"), Fullness::Open);

    let mut branch = Branch::new(vec![rule(
        Measure::Amount,
        LimitTarget::All,
        Window::Day,
        100,
    )]);
    branch.take(&[line(1, 2)], SIX);
    assert_eq!(
        branch.fullness(&[line(1, 1)], "2026-09-02T18:00:00Z"),
        Fullness::Full,
        "02:00 is still the same business day"
    );
    assert_ne!(
        branch.fullness(&[line(1, 1)], "2026-09-03T10:00:00Z"),
        Fullness::Full
    );
}

#[test]
fn a_single_date_takes_the_place_of_the_week_and_of_nothing_else() {
    let weekly = rule(Measure::Orders, LimitTarget::All, Window::Slot, 1);
    let dated = Rule {
        days: Days::Date(at(SIX).date_naive()),
        limit: 2,
        ..weekly.clone()
    };
    let other = rule(Measure::Units, LimitTarget::All, Window::Slot, 2);
    let mut branch = Branch::new(vec![weekly, dated, other]);
    branch.take(&[line(1, 1)], SIX);
    assert_ne!(branch.fullness(&[line(1, 1)], SIX), Fullness::Full);
    assert_eq!(branch.fullness(&[line(1, 2)], SIX), Fullness::Full);
    branch.take(&[line(1, 1)], "2026-09-03T10:00:00Z");
    assert_eq!(
        branch.fullness(&[line(1, 1)], "2026-09-03T10:00:00Z"),
        Fullness::Full
    );
}

#[test]
fn a_zero_closes_and_weekdays_are_those_of_the_business_day() {
    let closed = Rule {
        days: Days::Week {
            weekdays: BTreeSet::from([3]),
            from: None,
            to: Some(at("2026-09-02T00:00:00Z").date_naive()),
        },
        ..rule(Measure::Units, cakes(), Window::Slot, 0)
    };
    let branch = Branch::new(vec![closed]);
    assert_eq!(branch.fullness(&[line(1, 1)], SIX), Fullness::Full);
    assert_eq!(branch.fullness(&[line(2, 1)], SIX), Fullness::Open);
    // 02:00 on Thursday is Wednesday's business day.
    assert_eq!(
        branch.fullness(&[line(1, 1)], "2026-09-02T18:00:00Z"),
        Fullness::Full
    );
    assert_eq!(
        branch.fullness(&[line(1, 1)], "2026-09-09T10:00:00Z"),
        Fullness::Open
    );
}

#[test]
fn channels_have_their_shares_and_the_counter_what_is_kept_for_it() {
    let shared = Rule {
        shares: BTreeMap::from([(Channel::Web, 70), (Channel::UberEats, 30)]),
        ..rule(Measure::Orders, LimitTarget::All, Window::Slot, 10)
    };
    let mut branch = Branch::new(vec![shared]);
    for _ in 0..7 {
        branch.take_by(Channel::Web, &[], SIX);
    }
    assert_eq!(branch.fullness_by(Channel::Web, &[], SIX), Fullness::Full);
    assert_ne!(
        branch.fullness_by(Channel::UberEats, &[], SIX),
        Fullness::Full
    );
    assert_ne!(branch.fullness_by(Channel::Line, &[], SIX), Fullness::Full);

    let kept = Rule {
        reserved_for_counter: 2,
        ..rule(Measure::Orders, LimitTarget::All, Window::Slot, 3)
    };
    let mut branch = Branch::new(vec![kept]);
    branch.take_by(Channel::Web, &[], SIX);
    assert_eq!(branch.fullness_by(Channel::Web, &[], SIX), Fullness::Full);
    branch.take_by(Channel::Counter, &[], SIX);
    assert_ne!(
        branch.fullness_by(Channel::Counter, &[], SIX),
        Fullness::Full
    );
}

#[test]
fn work_is_done_early_up_to_its_hours_and_never_in_the_past() {
    let station = LimitTarget::Station("吧台".to_owned());
    let early = |hours| {
        let mut rule = rule(Measure::MakeMinutes, station.clone(), Window::Slot, 0);
        (rule.people, rule.early_hours) = (1, hours);
        vec![rule]
    };
    // One person: 15 minutes a slot; 60 units of one minute need four slots.
    let mut branch = Branch::new(early(1));
    assert_ne!(branch.fullness(&[line(1, 60)], SIX), Fullness::Full);
    assert_eq!(branch.fullness(&[line(1, 90)], SIX), Fullness::Full);
    branch.take(&[line(1, 60)], SIX);
    // 17:15 is full of that work: an order for then is made in the four slots before it.
    let before = "2026-09-02T09:15:00Z";
    assert_ne!(branch.fullness(&[line(1, 60)], before), Fullness::Full);
    assert_eq!(branch.fullness(&[line(1, 61)], before), Fullness::Full);
    assert_eq!(
        Branch::new(early(0)).fullness(&[line(1, 16)], SIX),
        Fullness::Full
    );
    // 12:15 is the first slot there is: nothing before it can help.
    assert_eq!(
        Branch::new(early(1)).fullness(&[line(1, 31)], "2026-09-02T04:15:00Z"),
        Fullness::Full
    );
}

#[test]
fn the_promise_waits_for_the_slowest_station() {
    let station = LimitTarget::Station("吧台".to_owned());
    let mut bar = rule(Measure::MakeMinutes, station, Window::Slot, 0);
    (bar.people, bar.early_hours) = (1, 1);
    let mut branch = Branch::new(vec![bar]);
    let promise = |branch: &Branch, units| {
        let calendar = branch.schedule.at(at(NOON));
        let lines = [line(1, units)];
        let demand = branch
            .usage
            .limits
            .demand(Channel::Web, Method::Pickup, &lines);
        branch.usage.promise(&calendar, &demand).map(|(_, at)| at)
    };
    assert_eq!(promise(&branch, 1), Ok(at("2026-09-02T04:15:00Z")));
    assert_eq!(promise(&branch, 22), Ok(at("2026-09-02T04:25:00Z")));
    branch.take(&[line(1, 15)], NOON);
    branch.take(&[line(1, 10)], "2026-09-02T04:15:00Z");
    // 15 + 10 minutes before it, 5 of its own.
    assert_eq!(promise(&branch, 5), Ok(at("2026-09-02T04:30:00Z")));
    assert_eq!(promise(&branch, 900), Err(SlotProblem::Full));
}

#[test]
fn an_order_above_every_slot_is_too_large_and_a_closed_one_is_not() {
    let calendar_of = |branch: &Branch| branch.schedule.clone();
    let branch = Branch::new(vec![rule(
        Measure::Units,
        LimitTarget::All,
        Window::Slot,
        5,
    )]);
    let schedule = calendar_of(&branch);
    let too_large = |branch: &Branch, lines: &[Line]| {
        let demand = branch
            .usage
            .limits
            .demand(Channel::Web, Method::Pickup, lines);
        branch.usage.is_too_large(&schedule.at(at(NOON)), &demand)
    };
    assert!(too_large(&branch, &[line(1, 6)]));
    assert!(!too_large(&branch, &[line(1, 5)]));
    let closed = Branch::new(vec![rule(Measure::Units, cakes(), Window::Slot, 0)]);
    assert!(!too_large(&closed, &[line(1, 1)]));
}

#[test]
fn what_platforms_take_beyond_a_limit_is_told_exactly() {
    let branch = Branch::new(vec![rule(
        Measure::Units,
        LimitTarget::All,
        Window::Slot,
        5,
    )]);
    let calendar = branch.schedule.at(at(NOON));
    let mut usage = branch.usage.clone();
    for (units, over) in [(3, 0), (4, 2), (1, 1)] {
        let lines = [line(1, units)];
        let demand = usage
            .limits
            .demand(Channel::UberEats, Method::Pickup, &lines);
        let takes = usage.takes(&calendar, &demand, at(SIX));
        assert_eq!(beyond(&takes, &usage).values().sum::<i64>(), over);
        usage.add(&takes);
    }
}

#[test]
fn the_orders_of_a_day_are_tried_in_their_order() {
    let limits = Arc::new(Limits::new(&[rule(
        Measure::Orders,
        LimitTarget::All,
        Window::Slot,
        1,
    )]));
    let order = |n, slot: &str| SlotOrder {
        order_id: OrderId::from_uuid(id(n)),
        channel: Channel::Web,
        method: Method::Pickup,
        slot_starts_at: at(slot),
        business_day: "2026-09-02".parse().unwrap(),
        lines: vec![line(1, 1)],
    };
    let last = "2026-09-02T13:45:00Z";
    let orders = [
        order(1, SIX),
        order(2, SIX),
        order(3, "2026-09-02T10:15:00Z"),
        order(4, last),
        order(5, last),
    ];
    let day = BusinessDay::on(at(SIX).date_naive());
    let tried = simulate(&limits, &schedule(), day, &orders);
    let found: Vec<_> = tried
        .iter()
        .map(|tried| (tried.order_id, tried.offered_at))
        .collect();
    assert_eq!(
        found,
        [
            (orders[1].order_id, Some(at("2026-09-02T10:15:00Z"))),
            (orders[2].order_id, Some(at("2026-09-02T10:30:00Z"))),
            (orders[4].order_id, None),
        ]
    );
}

#[test]
fn faults_are_all_named_at_their_fields() {
    let good = rule(Measure::Orders, LimitTarget::All, Window::Slot, 4);
    let bad = Rule {
        limit: -1,
        shares: BTreeMap::from([(Channel::Web, 70), (Channel::Line, 31)]),
        days: Days::Week {
            weekdays: BTreeSet::from([8]),
            from: Some(at(SIX).date_naive()),
            to: Some(at(NOON).date_naive().pred_opt().unwrap()),
        },
        ..rule(
            Measure::Orders,
            LimitTarget::Station(String::new()),
            Window::Rolling(40),
            0,
        )
    };
    let parted = Rule {
        people: 2,
        early_hours: 1,
        reserved_for_counter: 31,
        ..rule(Measure::MakeMinutes, LimitTarget::All, Window::Slot, 0)
    };
    let mut violations = Violations::new();
    let rules = [good, bad, parted];
    validate("rules", rules.iter().enumerate(), Some(15), &mut violations);
    let problem = violations.into_result().unwrap_err();
    assert_eq!(problem.reason, "CAPACITY_INVALID");
    let fields: Vec<_> = problem.fields.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "rules[1].limit",
            "rules[1].shares",
            "rules[1].window.minutes",
            "rules[1].days.weekdays",
            "rules[1].days.to_date",
            "rules[1].target.name",
            "rules[2].reserved_for_counter",
            "rules[2].early_hours",
        ]
    );
}

fn some_rule() -> impl Strategy<Value = Rule> {
    let window = prop_oneof![
        Just(Window::Slot),
        Just(Window::Rolling(30)),
        Just(Window::Rolling(60)),
        Just(Window::Day)
    ];
    let measure = prop_oneof![
        Just(Measure::Orders),
        Just(Measure::Units),
        Just(Measure::MakeMinutes)
    ];
    let target = prop_oneof![Just(LimitTarget::All), Just(cakes())];
    (measure, target, window, 1_i64..20, 0_u8..3).prop_map(
        |(measure, target, window, limit, early_hours)| {
            let early = measure == Measure::MakeMinutes && window == Window::Slot;
            Rule {
                early_hours: if early { early_hours } else { 0 },
                ..rule(measure, target, window, limit)
            }
        },
    )
}

proptest! {
    /// Taking only what fits never exceeds a limit, and no N minutes hold more than theirs.
    #[test]
    fn no_window_ever_passes_its_limit(
        rules in proptest::collection::vec(some_rule(), 1..4),
        orders in proptest::collection::vec((0_i64..8, 1_i64..6, 1_u128..3), 1..40),
    ) {
        let mut branch = Branch::new(rules);
        let mut booked: Vec<(DateTime<Utc>, Line)> = Vec::new();
        for (slot, units, category) in orders {
            let slot = at(SIX) + TimeDelta::minutes(15 * slot);
            let line = line(category, units);
            let raw = slot.to_rfc3339();
            if branch.fullness(std::slice::from_ref(&line), &raw) != Fullness::Full {
                branch.take(std::slice::from_ref(&line), &raw);
                booked.push((slot, line));
            }
        }
        let calendar = branch.schedule.at(at(NOON));
        let every = branch.usage.limits.every(Channel::Web, Method::Pickup);
        let grid = Grid::new(&branch.usage, &calendar, &every);
        for units in [1, 5, 30] {
            let lines = [line(1, units)];
            let demand = branch.usage.limits.demand(Channel::Web, Method::Pickup, &lines);
            for (place, slot) in grid.slots.iter().enumerate().take(80) {
                prop_assert_eq!(
                    grid.remaining(&branch.usage, &calendar, &demand, place),
                    branch.usage.remaining(&calendar, &demand, slot.starts_at)
                );
            }
        }
        for rule in branch.usage.limits.rules() {
            for (key, used) in &branch.usage.used {
                if key.rule_id == rule.rule_id {
                    prop_assert!(*used <= rule.limit(15));
                }
            }
            let Window::Rolling(minutes) = rule.window else { continue };
            for start in 0..16 {
                let from = at(SIX) + TimeDelta::minutes(5 * start);
                let to = from + TimeDelta::minutes(i64::from(minutes));
                let counted: i64 = booked
                    .iter()
                    .filter(|(slot, _)| (from..to).contains(slot))
                    .flat_map(|(_, line)| {
                        let demand = Limits::new(std::slice::from_ref(rule))
                            .demand(Channel::Web, Method::Pickup, std::slice::from_ref(line));
                        demand.by_rule
                    })
                    .map(|(_, amount)| amount)
                    .sum();
                prop_assert!(counted <= rule.limit(15));
            }
        }
    }
}
