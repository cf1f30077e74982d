use super::{super::weekly::DayPeriod, *};

fn faults<T>(outcome: Option<T>, violations: Violations) -> Result<T, Vec<String>> {
    match violations.into_result() {
        Ok(()) => Ok(outcome.unwrap()),
        Err(problem) => Err(problem
            .fields
            .into_iter()
            .map(|found| format!("{} {}", found.field, found.reason))
            .collect()),
    }
}

fn parse_raw(raw: &RawHours) -> Result<Hours, Vec<String>> {
    let mut violations = Violations::new();
    let hours = Hours::parse("hours", raw, &mut violations);
    faults(hours, violations)
}

fn parse_periods(periods: &[(i32, i32, i32)]) -> Result<Hours, Vec<String>> {
    parse_raw(&RawHours {
        periods: periods.to_vec(),
        slot_minutes: 15,
        ..RawHours::default()
    })
}

fn parse_day(periods: &[(i32, i32)], repeated: bool) -> Result<Vec<DayPeriod>, Vec<String>> {
    let mut violations = Violations::new();
    let parsed = parse_day_periods("special_day", periods, repeated, &mut violations);
    faults(Some(parsed), violations)
}

#[test]
fn faults_are_named_at_their_fields() {
    for (periods, faults) in [
        (
            vec![(1, 600, 1500)],
            vec!["hours.periods[0].close_minute HOURS_INVALID"],
        ),
        (
            vec![(1, 600, 600)],
            vec!["hours.periods[0].close_minute HOURS_INVALID"],
        ),
        (
            vec![(8, 1440, 60)],
            vec![
                "hours.periods[0].weekday HOURS_INVALID",
                "hours.periods[0].open_minute HOURS_INVALID",
            ],
        ),
        (
            vec![(1, 600, 720), (1, 700, 800)],
            vec!["hours.periods[1].open_minute HOURS_OVERLAP"],
        ),
        (
            vec![(1, 600, 720), (1, 600, 720)],
            vec!["hours.periods[1].open_minute HOURS_OVERLAP"],
        ),
        // Sunday's night runs into Monday's morning.
        (
            vec![(1, 60, 600), (7, 1200, 120)],
            vec!["hours.periods[0].open_minute HOURS_OVERLAP"],
        ),
    ] {
        assert_eq!(parse_periods(&periods).unwrap_err(), faults, "{periods:?}");
    }
}

#[test]
fn seven_periods_a_day_are_too_many_and_a_list_without_end_is_one_fault() {
    let periods: Vec<_> = (0..7).map(|n| (3, n * 60, n * 60 + 30)).collect();
    assert_eq!(
        parse_periods(&periods).unwrap_err(),
        ["hours.periods HOURS_INVALID"]
    );
    assert_eq!(
        parse_periods(&vec![(9, -1, -1); 10_000]).unwrap_err(),
        ["hours.periods HOURS_INVALID"]
    );
}

#[test]
fn touching_periods_and_whole_days_are_fine() {
    assert!(parse_periods(&[(1, 600, 720), (1, 720, 800)]).is_ok());
    assert!(parse_periods(&[(1, 1020, 120), (2, 120, 300)]).is_ok());
    let whole_week: Vec<_> = (1..=7).map(|weekday| (weekday, 0, 1440)).collect();
    assert!(parse_periods(&whole_week).is_ok());
}

#[test]
fn settings_keep_to_their_ranges() {
    let raw = RawHours {
        slot_minutes: 7,
        lead_minutes: 1441,
        days_ahead: 61,
        last_order_minutes: -1,
        max_orders_per_slot: Some(10_000),
        methods: vec![RawMethodHours {
            method: Some(Method::Delivery),
            last_order_minutes: Some(181),
            lead_minutes: Some(-1),
            ..RawMethodHours::default()
        }],
        ..RawHours::default()
    };
    assert_eq!(parse_raw(&raw).unwrap_err().len(), 7);
}

#[test]
fn a_method_has_a_week_of_its_own_or_follows_the_branch() {
    let own = |method, own_week, periods| RawMethodHours {
        method,
        own_week,
        periods,
        last_order_minutes: None,
        lead_minutes: None,
    };
    let raw = |methods| RawHours {
        periods: vec![(1, 600, 1200)],
        slot_minutes: 15,
        methods,
        ..RawHours::default()
    };
    let hours = parse_raw(&raw(vec![
        own(Some(Method::Delivery), true, vec![(1, 660, 1140)]),
        own(Some(Method::OnSite), true, vec![]),
        own(Some(Method::Pickup), false, vec![]),
    ]))
    .unwrap();
    assert_eq!(hours.week_of(Method::Pickup), hours.periods);
    assert_eq!(hours.week_of(Method::Delivery)[0].open_minute, 660);
    assert!(hours.week_of(Method::OnSite).is_empty());

    let wrong = raw(vec![
        own(Some(Method::Delivery), true, vec![(1, 600, 600)]),
        own(Some(Method::Delivery), false, vec![]),
        own(None, false, vec![]),
    ]);
    assert_eq!(
        parse_raw(&wrong).unwrap_err(),
        [
            "hours.methods[0].periods[0].close_minute HOURS_INVALID",
            "hours.methods[1].method VALIDATION_FAILED",
            "hours.methods[2].method VALIDATION_FAILED",
        ]
    );
    let ignored = raw(vec![own(Some(Method::Pickup), false, vec![(1, 0, 60)])]);
    assert_eq!(
        parse_raw(&ignored).unwrap_err(),
        ["hours.methods[0].periods VALIDATION_FAILED"]
    );
}

#[test]
fn the_night_of_a_repeated_day_may_not_run_into_its_morning() {
    let night = [(1200, 240), (180, 600)];
    assert!(parse_day(&night, false).is_ok());
    assert_eq!(
        parse_day(&night, true).unwrap_err(),
        ["special_day.periods[1].open_minute HOURS_OVERLAP"]
    );
    assert_eq!(
        parse_day(&[(600, 720), (700, 800)], false).unwrap_err(),
        ["special_day.periods[1].open_minute HOURS_OVERLAP"]
    );
    assert!(parse_day(&[(0, 1440)], true).is_ok());
    assert!(parse_day(&[], true).unwrap().is_empty());
}
