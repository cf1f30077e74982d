use proptest::prelude::*;

use super::*;
use crate::domain::hours::{
    DayPeriod, MethodHours, Period, schedule::UpcomingHours, special_days::DayHours,
};
use chrono_tz::Tz;

fn at(raw: &str) -> DateTime<Utc> {
    raw.parse().unwrap()
}

fn period(weekday: i16, open: i16, close: i16) -> Period {
    Period {
        weekday,
        open_minute: open,
        close_minute: close,
    }
}

fn schedule(tz: Tz, periods: Vec<Period>) -> Schedule {
    let hours = Hours {
        periods,
        ..Hours::default()
    };
    Schedule::weekly(hours, tz, 240)
}

fn every_day(open: i16, close: i16) -> Vec<Period> {
    (1..=7)
        .map(|weekday| period(weekday, open, close))
        .collect()
}

/// E11: Friday 17:00–02:00 in Taipei, cut-off 04:00, slots 15 min, lead 15, last order 15.
#[test]
fn an_evening_past_midnight_is_one_opening() {
    let schedule = schedule(Tz::Asia__Taipei, vec![period(5, 1020, 120)]);
    let calendar = schedule.at(at("2026-09-04T15:50:00Z"));

    let (promise, opening) = calendar.asap().unwrap();
    assert_eq!(
        promise,
        at("2026-09-04T16:05:00Z"),
        "no new lead at midnight"
    );
    assert_eq!(opening.to, at("2026-09-04T18:00:00Z"));
    assert_eq!(
        calendar.ordering_ends_at(),
        Some(at("2026-09-04T17:45:00Z"))
    );

    let tonight: Vec<_> = calendar
        .slots()
        .filter(|slot| slot.starts_at < opening.to)
        .collect();
    assert_eq!(
        tonight.last().unwrap().starts_at,
        at("2026-09-04T17:45:00Z"),
        "slots run to 01:45"
    );
    assert!(
        tonight
            .iter()
            .all(|slot| slot.business_day.to_string() == "2026-09-04"),
        "Friday's report"
    );
    assert_eq!(
        tonight.iter().find(|slot| !slot.past).unwrap().starts_at,
        at("2026-09-04T16:15:00Z")
    );
}

#[test]
fn ordering_ends_before_close_and_begins_with_the_next_opening() {
    let schedule = schedule(Tz::Asia__Taipei, every_day(600, 1200));
    let close = schedule.at(at("2026-09-04T11:45:00Z"));
    assert!(
        close.accepting().is_some(),
        "the last order is taken at its minute"
    );
    assert_eq!(
        close.asap(),
        None,
        "nothing is promised for after the close"
    );

    let after = schedule.at(at("2026-09-04T11:46:00Z"));
    assert_eq!(after.accepting(), None);
    assert_eq!(
        after.accepting_from(after.now()),
        Some(at("2026-09-05T02:00:00Z"))
    );
    assert_eq!(
        after.check_requested(at("2026-09-04T11:45:00Z")),
        Err(SlotProblem::Past)
    );
}

#[test]
fn whole_days_are_one_opening_without_end() {
    let schedule = schedule(Tz::Asia__Taipei, every_day(0, 1440));
    let calendar = schedule.at(at("2026-09-04T15:55:00Z"));
    assert_eq!(calendar.asap().unwrap().0, at("2026-09-04T16:10:00Z"));
    assert_eq!(calendar.ordering_ends_at(), None);
    let slots: Vec<_> = calendar.slots().collect();
    assert!(
        slots
            .windows(2)
            .all(|pair| pair[1].starts_at - pair[0].starts_at == TimeDelta::minutes(15)),
        "there is no gap at midnight"
    );
}

#[test]
fn a_wanted_time_is_judged() {
    let schedule = schedule(Tz::Asia__Taipei, every_day(600, 1200));
    let calendar = schedule.at(at("2026-09-04T04:00:00Z"));
    for (wanted, verdict) in [
        ("2026-09-04T03:45:00Z", Err(SlotProblem::Past)),
        ("2026-09-04T04:00:00Z", Err(SlotProblem::Past)),
        ("2026-09-04T04:20:00Z", Err(SlotProblem::NoSlot)),
        ("2026-09-04T12:00:00Z", Err(SlotProblem::Closed)),
        ("2026-09-12T04:00:00Z", Err(SlotProblem::TooFarAhead)),
        ("2026-09-11T11:45:00Z", Ok("2026-09-11")),
        ("2026-09-04T04:15:00Z", Ok("2026-09-04")),
    ] {
        let checked = calendar
            .check_requested(at(wanted))
            .map(|slot| slot.business_day.to_string());
        assert_eq!(checked, verdict.map(str::to_owned), "{wanted}");
    }
}

#[test]
fn slots_are_on_the_grid_even_where_hours_are_not() {
    let schedule = schedule(Tz::Asia__Taipei, every_day(607, 700));
    let calendar = schedule.at(at("2026-09-04T00:00:00Z"));
    assert_eq!(
        calendar.slots().next().unwrap().starts_at,
        at("2026-09-04T02:15:00Z")
    );
    assert_eq!(
        calendar.check_requested(at("2026-09-04T02:00:00Z")),
        Err(SlotProblem::Closed)
    );
}

#[test]
fn a_skipped_hour_has_no_slots_and_a_doubled_one_has_them_once() {
    let schedule = schedule(Tz::America__New_York, every_day(0, 240));
    for (now, midnight, slots_before_four) in [
        ("2026-03-08T04:00:00Z", "2026-03-08T05:00:00Z", 12),
        ("2026-11-01T03:00:00Z", "2026-11-01T04:00:00Z", 16),
    ] {
        let calendar = schedule.at(at(now));
        let night = at(midnight) - TimeDelta::seconds(1)..at(midnight) + TimeDelta::hours(6);
        let slots: Vec<_> = calendar
            .slots()
            .filter(|slot| night.contains(&slot.starts_at))
            .collect();
        assert_eq!(slots.len(), slots_before_four, "{now}");
    }
}

#[test]
fn a_period_inside_a_skipped_hour_does_not_exist() {
    let schedule = schedule(Tz::America__New_York, vec![period(7, 125, 170)]);
    let calendar = schedule.at(at("2026-03-05T12:00:00Z"));
    assert!(
        calendar
            .openings
            .iter()
            .all(|opening| opening.from > at("2026-03-09T00:00:00Z")
                || opening.to < at("2026-03-08T00:00:00Z"))
    );
}

/// Gives a date other periods than the week's; none: closed.
fn special(schedule: &mut Schedule, date: &str, periods: &[(i16, i16)]) {
    let periods: Vec<_> = periods
        .iter()
        .map(|&(open_minute, close_minute)| DayPeriod {
            open_minute,
            close_minute,
        })
        .collect();
    let hours = DayHours {
        name: "特殊日".into(),
        periods: periods.into(),
    };
    schedule.special_days.insert(date.parse().unwrap(), hours);
}

/// What is open between two instants, as `from–to` in UTC.
fn open_between(schedule: &Schedule, from: &str, to: &str) -> Vec<String> {
    let calendar = schedule.at(at(from));
    calendar
        .openings
        .iter()
        .filter(|opening| opening.to > at(from) && opening.from < at(to))
        .map(|opening| {
            let shown = |at: DateTime<Utc>| at.format("%d %H:%M").to_string();
            format!("{}–{}", shown(opening.from), shown(opening.to))
        })
        .collect()
}

#[test]
fn a_closed_special_day_leaves_the_night_before_and_swallows_what_begins_on_it() {
    // 18:00–02:00 every day in Taipei; Saturday the 5th is closed.
    let mut schedule = schedule(Tz::Asia__Taipei, every_day(1080, 120));
    special(&mut schedule, "2026-09-05", &[]);
    assert_eq!(
        open_between(&schedule, "2026-09-04T09:00:00Z", "2026-09-07T00:00:00Z"),
        ["04 10:00–04 18:00", "06 10:00–06 18:00"],
        "Friday's night ends at 02:00 on Saturday, Saturday's never begins"
    );
}

#[test]
fn a_special_night_does_not_swallow_the_next_day() {
    // 10:00–20:00 every day; on the 5th 包場 from 22:00 to 03:00 instead.
    let mut schedule = schedule(Tz::Asia__Taipei, every_day(600, 1200));
    special(&mut schedule, "2026-09-05", &[(1320, 180)]);
    assert_eq!(
        open_between(&schedule, "2026-09-04T22:00:00Z", "2026-09-07T00:00:00Z"),
        ["05 14:00–05 19:00", "06 02:00–06 12:00"]
    );
    // One that lasts until the next day opens is one opening with it.
    special(&mut schedule, "2026-09-05", &[(1320, 660)]);
    assert_eq!(
        open_between(&schedule, "2026-09-04T22:00:00Z", "2026-09-07T00:00:00Z"),
        ["05 14:00–06 12:00"]
    );
}

#[test]
fn a_closed_day_ends_what_never_closes() {
    let mut schedule = schedule(Tz::Asia__Taipei, every_day(0, 1440));
    special(&mut schedule, "2026-09-06", &[]);
    let calendar = schedule.at(at("2026-09-04T15:55:00Z"));
    assert_eq!(
        calendar.ordering_ends_at(),
        Some(at("2026-09-05T15:45:00Z")),
        "last order before the midnight of the closed day"
    );
    assert_eq!(
        calendar.check_requested(at("2026-09-06T04:00:00Z")),
        Err(SlotProblem::Closed)
    );
}

#[test]
fn later_hours_count_from_their_time_on() {
    // 10:00–20:00 now; from Monday the 7th 15:00 in Taipei 12:00–22:00 in slots of 30 minutes.
    let mut schedule = schedule(Tz::Asia__Taipei, every_day(600, 1200));
    let change = at("2026-09-07T07:00:00Z");
    schedule.later.push(UpcomingHours {
        from: change,
        hours: Hours {
            periods: every_day(720, 1320),
            slot_minutes: 30,
            last_order_minutes: 60,
            ..Hours::default()
        },
    });
    let calendar = schedule.at(at("2026-09-04T04:00:00Z"));
    for (wanted, verdict) in [
        ("2026-09-06T13:00:00Z", Err(SlotProblem::Closed)),
        ("2026-09-07T02:00:00Z", Ok(())),
        ("2026-09-07T06:45:00Z", Ok(())),
        ("2026-09-07T07:15:00Z", Err(SlotProblem::NoSlot)),
        ("2026-09-07T13:00:00Z", Ok(())),
        ("2026-09-08T02:00:00Z", Err(SlotProblem::Closed)),
    ] {
        assert_eq!(
            calendar.check_requested(at(wanted)).map(drop),
            verdict,
            "{wanted}"
        );
    }
    let mut openings = calendar.openings.iter().copied();
    let monday = openings.find(|opening| opening.to > change).unwrap();
    assert_eq!(monday.from, at("2026-09-07T02:00:00Z"), "one opening");
    assert_eq!(monday.to, at("2026-09-07T14:00:00Z"));
    assert_eq!(
        calendar.last_order_at(monday),
        at("2026-09-07T13:00:00Z"),
        "by the hours that close it"
    );
    let after = schedule.at(change);
    assert_eq!(after.slot_end(change) - change, TimeDelta::minutes(30));
}

#[test]
fn a_method_has_its_own_week_and_last_order() {
    let mut schedule = schedule(Tz::Asia__Taipei, every_day(600, 1200));
    let delivery = MethodHours {
        periods: Some(every_day(660, 1080)),
        last_order_minutes: Some(45),
        lead_minutes: None,
    };
    schedule.hours.methods.insert(Method::Delivery, delivery);
    // 17:20 in Taipei.
    let pickup = schedule.at(at("2026-09-04T09:20:00Z"));
    assert!(pickup.accepting().is_some());
    let delivery = pickup.of_method(Method::Delivery);
    assert_eq!(delivery.accepting(), None, "its last order was 17:15");
    assert_eq!(
        delivery.accepting_from(delivery.now()),
        Some(at("2026-09-05T03:00:00Z"))
    );
    assert_eq!(
        pickup.of_method(Method::OnSite).accepting(),
        pickup.accepting(),
        "without a week of its own it follows the branch"
    );
}

#[test]
fn a_branch_may_take_nothing_while_closed() {
    let mut schedule = schedule(Tz::Asia__Taipei, every_day(600, 1200));
    let (night, noon) = (at("2026-09-04T14:00:00Z"), at("2026-09-05T04:00:00Z"));
    assert!(schedule.at(night).check_requested(noon).is_ok());
    schedule.hours.outside = OutsideHours::None;
    assert_eq!(
        schedule.at(night).check_requested(noon),
        Err(SlotProblem::Closed)
    );
    assert_eq!(schedule.at(night).slots().count(), 0);
    let open = schedule.at(at("2026-09-04T04:00:00Z"));
    assert!(
        open.check_requested(noon).is_ok(),
        "while open, also for tomorrow"
    );
}

/// E11 on a special day: the same night, whatever the week says.
#[test]
fn a_special_evening_past_midnight_is_one_opening() {
    let mut schedule = schedule(Tz::Asia__Taipei, vec![]);
    special(&mut schedule, "2026-09-04", &[(1020, 120)]);
    let calendar = schedule.at(at("2026-09-04T15:50:00Z"));
    let (promise, opening) = calendar.asap().unwrap();
    assert_eq!(
        promise,
        at("2026-09-04T16:05:00Z"),
        "no new lead at midnight"
    );
    assert_eq!(calendar.last_order_at(opening), at("2026-09-04T17:45:00Z"));
    let slots: Vec<_> = calendar.slots().collect();
    assert_eq!(slots.last().unwrap().starts_at, at("2026-09-04T17:45:00Z"));
    assert!(
        slots
            .iter()
            .all(|slot| slot.business_day.to_string() == "2026-09-04")
    );
}

fn zones() -> impl Strategy<Value = Tz> {
    prop_oneof![
        Just(Tz::Asia__Taipei),
        Just(Tz::America__New_York),
        Just(Tz::Europe__London),
        Just(Tz::Australia__Lord_Howe),
        Just(Tz::Asia__Kathmandu),
    ]
}

/// A schedule as a year may bring it: a week, special days, and hours that take over.
fn schedules() -> impl Strategy<Value = (Schedule, DateTime<Utc>)> {
    let day = (0_i16..1440, 1_i16..1440).prop_map(|(open, length)| (open, (open + length) % 1440));
    let special_days = prop::collection::vec((0_i64..16, prop::option::of(day.clone())), 0..5);
    let step = || prop::sample::select(vec![5_u16, 10, 15, 20, 30, 60]);
    let later = prop::option::of((1_i64..14 * 24 * 60, day.clone(), step()));
    let secs = 1_767_225_600_i64..1_830_297_600;
    (secs, zones(), day, step(), special_days, later).prop_map(
        |(secs, tz, (open, close), step, special_days, later)| {
            let now = DateTime::from_timestamp(secs, 0).unwrap();
            let mut schedule = schedule(tz, every_day(open, close));
            schedule.hours.slot_minutes = step;
            let today = now.with_timezone(&tz).date_naive();
            for (offset, hours) in special_days {
                let date = (today - Days::new(3) + TimeDelta::days(offset)).to_string();
                special(&mut schedule, &date, &Vec::from_iter(hours));
            }
            if let Some((minutes, (open, close), slot_minutes)) = later {
                let hours = Hours {
                    periods: every_day(open, close),
                    slot_minutes,
                    ..Hours::default()
                };
                let from = now + TimeDelta::minutes(minutes);
                schedule.later.push(UpcomingHours { from, hours });
            }
            (schedule, now)
        },
    )
}

/// F04: 15 minutes for 自取, 40 for 外送, none for 現場, each unless the method has its own.
#[test]
fn each_method_has_a_lead_of_its_own() {
    let mut schedule = schedule(Tz::Asia__Taipei, every_day(600, 1200));
    // 12:01 in Taipei.
    let now = at("2026-09-04T04:01:00Z");
    let promise = |schedule: &Schedule, method| schedule.at_for(now, method).asap().unwrap().0;
    for (method, promised) in [
        (Method::Pickup, "2026-09-04T04:20:00Z"),
        (Method::Delivery, "2026-09-04T04:45:00Z"),
        (Method::OnSite, "2026-09-04T04:05:00Z"),
    ] {
        assert_eq!(promise(&schedule, method), at(promised), "{method:?}");
    }
    let own = MethodHours {
        lead_minutes: Some(10),
        ..MethodHours::default()
    };
    for method in Method::ALL {
        schedule.hours.methods.insert(method, own.clone());
        let promised = promise(&schedule, method);
        assert_eq!(promised, at("2026-09-04T04:15:00Z"), "{method:?}");
    }
}

proptest! {
    #[test]
    fn every_offered_slot_can_be_wanted(
        secs in 1_767_225_600_i64..1_830_297_600, tz in zones(), open in 0_i16..1440, length in 1_i16..1440,
        step in prop::sample::select(vec![5_u16, 10, 15, 20, 30, 60]), lead in 0_u16..120,
    ) {
        let close = (open + length) % 1440;
        let mut schedule = schedule(tz, every_day(open, close));
        schedule.hours.slot_minutes = step;
        schedule.hours.lead_minutes = lead;
        let calendar = schedule.at(DateTime::from_timestamp(secs, 0).unwrap());
        let mut before = DateTime::<Utc>::MIN_UTC;
        for slot in calendar.slots() {
            prop_assert!(slot.starts_at > before, "slots are in order, none twice");
            before = slot.starts_at;
            prop_assert_eq!(calendar.slot_holding(slot.starts_at), slot.starts_at);
            match calendar.check_requested(slot.starts_at) {
                Ok(wanted) => prop_assert_eq!(wanted, slot),
                Err(problem) => prop_assert!(slot.past && problem == SlotProblem::Past),
            }
        }
    }

    #[test]
    fn a_promise_lies_within_hours(secs in 1_767_225_600_i64..1_830_297_600, tz in zones(), open in 0_i16..1440, length in 1_i16..1440) {
        let schedule = schedule(tz, every_day(open, (open + length) % 1440));
        let calendar = schedule.at(DateTime::from_timestamp(secs, 0).unwrap());
        if let Some((promise, opening)) = calendar.asap() {
            prop_assert!(opening.from <= calendar.now() && promise < opening.to);
            prop_assert!(promise >= calendar.now() + TimeDelta::minutes(15));
            prop_assert_eq!(promise.timestamp() % 300, 0);
        }
    }

    #[test]
    fn openings_never_meet_and_are_when_the_branch_is_open((schedule, now) in schedules()) {
        let calendar = schedule.at(now);
        let openings = &calendar.openings;
        prop_assert!(openings.iter().all(|opening| opening.from < opening.to));
        prop_assert!(openings.windows(2).all(|pair| pair[0].to < pair[1].from), "merged where they touch");
        // The last two days may go on with what begins after them.
        let sure = calendar.known_until - TimeDelta::days(1);
        for opening in openings.iter().filter(|opening| opening.from > now && opening.to < sure) {
            for (instant, open) in [
                (opening.from, true),
                (opening.to - TimeDelta::seconds(1), true),
                (opening.from - TimeDelta::seconds(1), false),
                (opening.to, false),
            ] {
                prop_assert_eq!(schedule.is_open(instant, Method::Pickup), open, "{} of {:?}", instant, opening);
            }
        }
    }

    #[test]
    fn a_slot_is_on_the_grid_within_an_opening_and_in_its_business_day((schedule, now) in schedules()) {
        let calendar = schedule.at(now);
        let mut before = DateTime::<Utc>::MIN_UTC;
        for slot in calendar.slots() {
            prop_assert!(slot.starts_at > before, "slots are in order, none twice");
            before = slot.starts_at;
            let minute = shown_at(schedule.tz, slot.starts_at);
            let step = schedule.hours_at(slot.starts_at).slot_minutes;
            prop_assert_eq!(grid_floor(minute, u32::from(step)), minute);
            prop_assert!(schedule.is_open(slot.starts_at, Method::Pickup));
            let day = slot.business_day;
            prop_assert!(day.starts_at(schedule.tz, 240) <= slot.starts_at);
            prop_assert!(slot.starts_at < day.ends_at(schedule.tz, 240));
            prop_assert!(slot.past || calendar.check_requested(slot.starts_at) == Ok(slot));
        }
    }
}
