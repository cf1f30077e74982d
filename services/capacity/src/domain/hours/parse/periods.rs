//! Validates the periods of weeks and of special days.

use chassis::error::Violations;
use proto::capacity::v1::CapacityReason;

use crate::domain::hours::weekly::{DAY_MINUTES, DayPeriod, Period, WEEK_MINUTES};

const PERIODS_A_DAY: usize = 6;
const PERIODS_A_WEEK: usize = 7 * PERIODS_A_DAY;

/// Validates the periods of a week; what comes back is sorted.
pub(super) fn parse_week(
    prefix: &str,
    raw: &[(i32, i32, i32)],
    violations: &mut Violations,
) -> Vec<Period> {
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

/// Validates the periods that each date of a special day has; what comes back is sorted.
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

/// Validates the opening and the close of a period; violations are pushed at their fields below `field`.
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

fn minute(value: i32) -> i16 {
    i16::try_from(value).expect("minutes of a day are few")
}
