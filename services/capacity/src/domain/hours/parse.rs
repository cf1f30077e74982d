//! What makes hours valid.

use std::collections::BTreeMap;

use chassis::{
    error::{CommonReason, Violations},
    sales::Method,
};
use proto::capacity::v1::CapacityReason;

use super::weekly::{
    DAY_MINUTES, DayPeriod, Hours, MethodHours, OutsideHours, Period, WEEK_MINUTES,
};

const PERIODS_A_DAY: usize = 6;
const PERIODS_A_WEEK: usize = 7 * PERIODS_A_DAY;
const SLOT_LENGTHS: [i32; 6] = [5, 10, 15, 20, 30, 60];

/// Hours as they came in, not yet judged.
#[derive(Clone, Debug, Default)]
pub struct RawHours {
    /// Weekday, opening and close of each period of the branch.
    pub periods: Vec<(i32, i32, i32)>,
    /// What methods have for themselves.
    pub methods: Vec<RawMethodHours>,
    /// Length of a slot in minutes.
    pub slot_minutes: i32,
    /// Minutes between ordering and the earliest promise.
    pub lead_minutes: i32,
    /// Days ahead that may be ordered for.
    pub days_ahead: i32,
    /// Minutes before close when ordering ends.
    pub last_order_minutes: i32,
    /// Most orders in one slot.
    pub max_orders_per_slot: Option<i32>,
    /// What may be ordered while closed.
    pub outside: OutsideHours,
}

/// What a method has for itself, not yet judged.
#[derive(Clone, Debug, Default)]
pub struct RawMethodHours {
    /// The method, where it is one.
    pub method: Option<Method>,
    /// It has a week of its own.
    pub own_week: bool,
    /// Weekday, opening and close of each period of that week.
    pub periods: Vec<(i32, i32, i32)>,
    /// Minutes before close when ordering ends.
    pub last_order_minutes: Option<i32>,
    /// Minutes between ordering and the earliest promise.
    pub lead_minutes: Option<i32>,
}

impl Hours {
    /// Judges hours as they came in; every fault is noted at its field below `prefix`.
    ///
    /// Notes `HOURS_INVALID`, `HOURS_OVERLAP`, `SETTING_RANGE` and `VALIDATION_FAILED`.
    pub fn parse(prefix: &str, raw: &RawHours, violations: &mut Violations) -> Option<Self> {
        let found_before = violations.len();
        let lead = (raw.lead_minutes, 0..=DAY_MINUTES);
        ranged(&format!("{prefix}.lead_minutes"), lead, violations);
        let ahead = (raw.days_ahead, 0..=60);
        ranged(&format!("{prefix}.days_ahead"), ahead, violations);
        let last_order = (raw.last_order_minutes, 0..=180);
        ranged(
            &format!("{prefix}.last_order_minutes"),
            last_order,
            violations,
        );
        if let Some(limit) = raw.max_orders_per_slot {
            let limit = (limit, 0..=9_999);
            ranged(&format!("{prefix}.max_orders_per_slot"), limit, violations);
        }
        if !SLOT_LENGTHS.contains(&raw.slot_minutes) {
            violations.push_with(
                format!("{prefix}.slot_minutes"),
                CommonReason::SettingRange,
                [
                    ("given", raw.slot_minutes.to_string()),
                    ("allowed", "5, 10, 15, 20, 30, 60".to_owned()),
                ],
            );
        }
        let periods = parse_week(prefix, &raw.periods, violations);
        let methods = parse_methods(prefix, &raw.methods, violations);
        if violations.len() > found_before {
            return None;
        }
        Some(Self {
            periods,
            methods,
            slot_minutes: narrow(raw.slot_minutes),
            lead_minutes: narrow(raw.lead_minutes),
            days_ahead: narrow(raw.days_ahead),
            last_order_minutes: narrow(raw.last_order_minutes),
            max_orders_per_slot: raw.max_orders_per_slot.map(i64::from),
            outside: raw.outside,
        })
    }
}

fn ranged(
    field: &str,
    (given, allowed): (i32, std::ops::RangeInclusive<i32>),
    violations: &mut Violations,
) {
    if !allowed.contains(&given) {
        violations.push_with(
            field,
            CommonReason::SettingRange,
            [
                ("given", given),
                ("min", *allowed.start()),
                ("max", *allowed.end()),
            ],
        );
    }
}

fn narrow(value: i32) -> u16 {
    u16::try_from(value).expect("settings were checked against their ranges")
}

fn minute(value: i32) -> i16 {
    i16::try_from(value).expect("minutes of a day are few")
}

fn parse_methods(
    prefix: &str,
    raw: &[RawMethodHours],
    violations: &mut Violations,
) -> BTreeMap<Method, MethodHours> {
    let mut methods = BTreeMap::new();
    for (index, raw) in raw.iter().enumerate() {
        let field = format!("{prefix}.methods[{index}]");
        let known = raw
            .method
            .filter(|method| !methods.contains_key(method) && index < Method::ALL.len());
        let Some(method) = known else {
            violations.push(format!("{field}.method"), CommonReason::ValidationFailed);
            // The rest of a list that is too long says nothing more.
            if index >= Method::ALL.len() {
                break;
            }
            continue;
        };
        if !raw.own_week && !raw.periods.is_empty() {
            violations.push(format!("{field}.periods"), CommonReason::ValidationFailed);
        }
        if let Some(minutes) = raw.last_order_minutes {
            let last_order = (minutes, 0..=180);
            ranged(
                &format!("{field}.last_order_minutes"),
                last_order,
                violations,
            );
        }
        if let Some(minutes) = raw.lead_minutes {
            let lead = (minutes, 0..=DAY_MINUTES);
            ranged(&format!("{field}.lead_minutes"), lead, violations);
        }
        let periods = parse_week(&field, &raw.periods, violations);
        let own = MethodHours {
            periods: raw.own_week.then_some(periods),
            last_order_minutes: raw
                .last_order_minutes
                .and_then(|minutes| minutes.try_into().ok()),
            lead_minutes: raw.lead_minutes.and_then(|minutes| minutes.try_into().ok()),
        };
        methods.insert(method, own);
    }
    methods.retain(|_, own| *own != MethodHours::default());
    methods
}

/// Judges the opening and the close of a period; faults are noted at their fields below `field`.
fn parse_period(
    field: &str,
    (open, close): (i32, i32),
    violations: &mut Violations,
) -> Option<DayPeriod> {
    let found_before = violations.len();
    let mut check = |name: &str, given: i32, fine: bool| {
        if !fine {
            violations.push_with(
                format!("{field}.{name}"),
                CapacityReason::HoursInvalid,
                [("given", given)],
            );
        }
    };
    check("open_minute", open, (0..DAY_MINUTES).contains(&open));
    check(
        "close_minute",
        close,
        (0..=DAY_MINUTES).contains(&close) && close != open,
    );
    (violations.len() == found_before).then(|| DayPeriod {
        open_minute: minute(open),
        close_minute: minute(close),
    })
}

fn too_many(field: String, weekday: Option<i16>, max: usize, violations: &mut Violations) {
    let mut params = vec![("max", max.to_string())];
    params.extend(weekday.map(|weekday| ("weekday", weekday.to_string())));
    violations.push_with(field, CapacityReason::HoursInvalid, params);
}

/// Judges the periods of a week; what comes back is sorted.
fn parse_week(prefix: &str, raw: &[(i32, i32, i32)], violations: &mut Violations) -> Vec<Period> {
    if raw.len() > PERIODS_A_WEEK {
        too_many(
            format!("{prefix}.periods"),
            None,
            PERIODS_A_WEEK,
            violations,
        );
        return Vec::new();
    }
    let mut periods = Vec::with_capacity(raw.len());
    for (index, &(weekday, open, close)) in raw.iter().enumerate() {
        let field = format!("{prefix}.periods[{index}]");
        let is_weekday = (1..=7).contains(&weekday);
        if !is_weekday {
            violations.push_with(
                format!("{field}.weekday"),
                CapacityReason::HoursInvalid,
                [("given", weekday)],
            );
        }
        if let Some(day) = parse_period(&field, (open, close), violations)
            && is_weekday
        {
            let period = Period {
                weekday: minute(weekday),
                open_minute: day.open_minute,
                close_minute: day.close_minute,
            };
            periods.push((index, period));
        }
    }
    for weekday in 1..=7 {
        let of_day = periods
            .iter()
            .filter(|(_, period)| period.weekday == weekday);
        if of_day.count() > PERIODS_A_DAY {
            too_many(
                format!("{prefix}.periods"),
                Some(weekday),
                PERIODS_A_DAY,
                violations,
            );
        }
    }
    // The week is a ring: Sunday's night may run into Monday's morning.
    let spans = periods
        .iter()
        .map(|&(index, period)| (index, period.start_in_week(), period.of_day()))
        .collect();
    for (index, period) in overlapping(spans, Some(WEEK_MINUTES)) {
        violations.push_with(
            format!("{prefix}.periods[{index}].open_minute"),
            CapacityReason::HoursOverlap,
            [
                ("weekday", raw[index].0),
                ("open_minute", i32::from(period.open_minute)),
            ],
        );
    }
    let mut periods: Vec<_> = periods.into_iter().map(|(_, period)| period).collect();
    periods.sort_unstable();
    periods
}

/// Judges the periods that each date of a special day has; what comes back is sorted.
///
/// With `repeated`, the night of one date may not run into the morning of the next.
pub fn parse_day_periods(
    prefix: &str,
    raw: &[(i32, i32)],
    repeated: bool,
    violations: &mut Violations,
) -> Vec<DayPeriod> {
    if raw.len() > PERIODS_A_DAY {
        too_many(format!("{prefix}.periods"), None, PERIODS_A_DAY, violations);
        return Vec::new();
    }
    let mut periods = Vec::with_capacity(raw.len());
    for (index, &times) in raw.iter().enumerate() {
        let field = format!("{prefix}.periods[{index}]");
        if let Some(period) = parse_period(&field, times, violations) {
            periods.push((index, i32::from(period.open_minute), period));
        }
    }
    for (index, period) in overlapping(periods.clone(), repeated.then_some(DAY_MINUTES)) {
        violations.push_with(
            format!("{prefix}.periods[{index}].open_minute"),
            CapacityReason::HoursOverlap,
            [("open_minute", period.open_minute)],
        );
    }
    let mut periods: Vec<_> = periods.into_iter().map(|(.., period)| period).collect();
    periods.sort_unstable();
    periods
}

/// The periods that begin before the one before them has ended, by their index; on a ring of `around`
/// minutes the last is also before the first.
fn overlapping(
    mut spans: Vec<(usize, i32, DayPeriod)>,
    around: Option<i32>,
) -> Vec<(usize, DayPeriod)> {
    spans.sort_unstable_by_key(|&(_, start, _)| start);
    let mut found = Vec::new();
    for (position, &(_, start, period)) in spans.iter().enumerate() {
        let next = match (spans.get(position + 1), around) {
            (Some(&next), _) => next,
            (None, Some(around)) => {
                let (index, start, period) = spans[0];
                (index, start + around, period)
            }
            (None, None) => break,
        };
        if period.length_minutes() > next.1 - start {
            found.push((next.0, next.2));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn judge_raw(raw: &RawHours) -> Result<Hours, Vec<String>> {
        let mut violations = Violations::new();
        let hours = Hours::parse("hours", raw, &mut violations);
        faults(hours, violations)
    }

    fn judge(periods: &[(i32, i32, i32)]) -> Result<Hours, Vec<String>> {
        judge_raw(&RawHours {
            periods: periods.to_vec(),
            slot_minutes: 15,
            ..RawHours::default()
        })
    }

    fn judge_day(periods: &[(i32, i32)], repeated: bool) -> Result<Vec<DayPeriod>, Vec<String>> {
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
            assert_eq!(judge(&periods).unwrap_err(), faults, "{periods:?}");
        }
    }

    #[test]
    fn seven_periods_a_day_are_too_many_and_a_list_without_end_is_one_fault() {
        let periods: Vec<_> = (0..7).map(|n| (3, n * 60, n * 60 + 30)).collect();
        assert_eq!(
            judge(&periods).unwrap_err(),
            ["hours.periods HOURS_INVALID"]
        );
        assert_eq!(
            judge(&vec![(9, -1, -1); 10_000]).unwrap_err(),
            ["hours.periods HOURS_INVALID"]
        );
    }

    #[test]
    fn touching_periods_and_whole_days_are_fine() {
        assert!(judge(&[(1, 600, 720), (1, 720, 800)]).is_ok());
        assert!(judge(&[(1, 1020, 120), (2, 120, 300)]).is_ok());
        let whole_week: Vec<_> = (1..=7).map(|weekday| (weekday, 0, 1440)).collect();
        assert!(judge(&whole_week).is_ok());
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
        assert_eq!(judge_raw(&raw).unwrap_err().len(), 7);
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
        let hours = judge_raw(&raw(vec![
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
            judge_raw(&wrong).unwrap_err(),
            [
                "hours.methods[0].periods[0].close_minute HOURS_INVALID",
                "hours.methods[1].method VALIDATION_FAILED",
                "hours.methods[2].method VALIDATION_FAILED",
            ]
        );
        let ignored = raw(vec![own(Some(Method::Pickup), false, vec![(1, 0, 60)])]);
        assert_eq!(
            judge_raw(&ignored).unwrap_err(),
            ["hours.methods[0].periods VALIDATION_FAILED"]
        );
    }

    #[test]
    fn the_night_of_a_repeated_day_may_not_run_into_its_morning() {
        let night = [(1200, 240), (180, 600)];
        assert!(judge_day(&night, false).is_ok());
        assert_eq!(
            judge_day(&night, true).unwrap_err(),
            ["special_day.periods[1].open_minute HOURS_OVERLAP"]
        );
        assert_eq!(
            judge_day(&[(600, 720), (700, 800)], false).unwrap_err(),
            ["special_day.periods[1].open_minute HOURS_OVERLAP"]
        );
        assert!(judge_day(&[(0, 1440)], true).is_ok());
        assert!(judge_day(&[], true).unwrap().is_empty());
    }
}
