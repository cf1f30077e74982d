use proptest::prelude::*;

use super::{super::hours::Period, *};

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
    Schedule {
        hours: Hours {
            periods,
            ..Hours::default()
        },
        tz,
        cutoff_minutes: 240,
    }
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
    assert_eq!(after.opens_at(), Some(at("2026-09-05T02:00:00Z")));
    assert_eq!(
        after.wanted(at("2026-09-04T11:45:00Z")),
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
        let judged = calendar
            .wanted(at(wanted))
            .map(|slot| slot.business_day.to_string());
        assert_eq!(judged, verdict.map(str::to_owned), "{wanted}");
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
        calendar.wanted(at("2026-09-04T02:00:00Z")),
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

fn zones() -> impl Strategy<Value = Tz> {
    prop_oneof![
        Just(Tz::Asia__Taipei),
        Just(Tz::America__New_York),
        Just(Tz::Europe__London),
        Just(Tz::Australia__Lord_Howe),
        Just(Tz::Asia__Kathmandu),
    ]
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
            match calendar.wanted(slot.starts_at) {
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
}
