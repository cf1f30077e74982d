//! Weekly hours and slot settings, and what makes them valid.

use chassis::error::Violations;
use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::{calendar::Opening, local_time::instant_of};

const DAY_MINUTES: i32 = 24 * 60;
const WEEK_MINUTES: i32 = 7 * DAY_MINUTES;
const PERIODS_A_DAY: usize = 6;
const SLOT_LENGTHS: [i32; 6] = [5, 10, 15, 20, 30, 60];

/// One weekly opening period; close at or before open means the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// ISO weekday of the opening, 1 Monday … 7 Sunday.
    pub weekday: i16,
    /// Opening in minutes after midnight.
    pub open_minute: i16,
    /// Close in minutes after midnight; 0 to 1,440 is a whole day.
    pub close_minute: i16,
}

impl Period {
    /// How long it lasts by the clock on the wall.
    #[must_use]
    pub fn length_minutes(self) -> i32 {
        let length = i32::from(self.close_minute) - i32::from(self.open_minute);
        if length > 0 {
            length
        } else {
            length + DAY_MINUTES
        }
    }

    fn start_in_week(self) -> i32 {
        (i32::from(self.weekday) - 1) * DAY_MINUTES + i32::from(self.open_minute)
    }
}

/// Weekly hours and slot settings of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Weekly opening periods, sorted; none: closed.
    pub periods: Vec<Period>,
    /// Length of a slot in minutes.
    pub slot_minutes: u16,
    /// Minutes between ordering and the earliest promise.
    pub lead_minutes: u16,
    /// Days ahead that may be ordered for.
    pub days_ahead: u16,
    /// Minutes before close when ordering ends.
    pub last_order_minutes: u16,
    /// Most orders in one slot; `None` for no limit.
    pub max_orders_per_slot: Option<i64>,
}

impl Default for Hours {
    /// Hours nobody has set: closed, with the platform's defaults for the rest.
    fn default() -> Self {
        Self {
            periods: Vec::new(),
            slot_minutes: 15,
            lead_minutes: 15,
            days_ahead: 7,
            last_order_minutes: 15,
            max_orders_per_slot: None,
        }
    }
}

/// Hours as they came in, not yet judged.
#[derive(Clone, Debug, Default)]
pub struct RawHours {
    /// Weekday, opening and close of each period.
    pub periods: Vec<(i32, i32, i32)>,
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
}

impl Hours {
    /// Judges hours as they came in; every fault is noted at its field below `prefix`.
    ///
    /// Notes `HOURS_INVALID`, `HOURS_OVERLAP` and `SETTING_RANGE`.
    pub fn parse(prefix: &str, raw: &RawHours, violations: &mut Violations) -> Option<Self> {
        let found_before = violations.len();
        let mut ranged = |field: &str, value: i32, min: i32, max: i32| {
            if !(min..=max).contains(&value) {
                violations.push_with(
                    format!("{prefix}.{field}"),
                    "SETTING_RANGE",
                    [("given", value), ("min", min), ("max", max)],
                );
            }
        };
        ranged("lead_minutes", raw.lead_minutes, 0, DAY_MINUTES);
        ranged("days_ahead", raw.days_ahead, 0, 60);
        ranged("last_order_minutes", raw.last_order_minutes, 0, 180);
        if let Some(limit) = raw.max_orders_per_slot {
            ranged("max_orders_per_slot", limit, 0, 9_999);
        }
        if !SLOT_LENGTHS.contains(&raw.slot_minutes) {
            violations.push_with(
                format!("{prefix}.slot_minutes"),
                "SETTING_RANGE",
                [
                    ("given", raw.slot_minutes.to_string()),
                    ("allowed", "5, 10, 15, 20, 30, 60".to_owned()),
                ],
            );
        }
        let mut periods = parse_periods(prefix, &raw.periods, violations);
        if violations.len() > found_before {
            return None;
        }
        periods.sort_unstable();
        Some(Self {
            periods,
            slot_minutes: narrow(raw.slot_minutes),
            lead_minutes: narrow(raw.lead_minutes),
            days_ahead: narrow(raw.days_ahead),
            last_order_minutes: narrow(raw.last_order_minutes),
            max_orders_per_slot: raw.max_orders_per_slot.map(i64::from),
        })
    }

    /// Open at every minute of the week.
    #[must_use]
    pub fn never_closes(&self) -> bool {
        // Valid periods do not overlap, so their lengths add up to the time open.
        self.periods
            .iter()
            .map(|period| period.length_minutes())
            .sum::<i32>()
            == WEEK_MINUTES
    }

    /// The openings that begin on `date`, not yet merged with their neighbours.
    ///
    /// A time the clock skips does not exist: an opening that lies within it is left out.
    pub fn openings_on(&self, date: NaiveDate, tz: Tz) -> impl Iterator<Item = Opening> {
        let weekday =
            i16::try_from(date.weekday().number_from_monday()).expect("a weekday is 1 to 7");
        let midnight = date.and_time(NaiveTime::MIN);
        self.periods
            .iter()
            .filter(move |period| period.weekday == weekday)
            .filter_map(move |period| {
                let opens = midnight + TimeDelta::minutes(i64::from(period.open_minute));
                let closes = opens + TimeDelta::minutes(i64::from(period.length_minutes()));
                let opening = Opening {
                    from: instant_of(tz, opens),
                    to: instant_of(tz, closes),
                };
                (opening.from < opening.to).then_some(opening)
            })
    }
}

fn narrow(value: i32) -> u16 {
    u16::try_from(value).expect("settings were checked against their ranges")
}

fn parse_periods(
    prefix: &str,
    raw: &[(i32, i32, i32)],
    violations: &mut Violations,
) -> Vec<Period> {
    let mut periods = Vec::with_capacity(raw.len());
    for (index, &(weekday, open, close)) in raw.iter().enumerate() {
        let field = |name: &str| format!("{prefix}.periods[{index}].{name}");
        let mut valid = true;
        let mut check = |name: &str, given: i32, fine: bool| {
            if !fine {
                valid = false;
                violations.push_with(field(name), "HOURS_INVALID", [("given", given)]);
            }
        };
        check("weekday", weekday, (1..=7).contains(&weekday));
        check("open_minute", open, (0..DAY_MINUTES).contains(&open));
        check(
            "close_minute",
            close,
            (0..=DAY_MINUTES).contains(&close) && close != open,
        );
        if valid {
            let minute = |value: i32| i16::try_from(value).expect("minutes of a day are few");
            periods.push((
                index,
                Period {
                    weekday: minute(weekday),
                    open_minute: minute(open),
                    close_minute: minute(close),
                },
            ));
        }
    }
    for weekday in 1..=7 {
        if periods
            .iter()
            .filter(|(_, period)| period.weekday == weekday)
            .count()
            > PERIODS_A_DAY
        {
            violations.push_with(
                format!("{prefix}.periods"),
                "HOURS_INVALID",
                [
                    ("weekday", usize::from(weekday.unsigned_abs())),
                    ("max", PERIODS_A_DAY),
                ],
            );
        }
    }
    note_overlaps(prefix, &periods, violations);
    periods.into_iter().map(|(_, period)| period).collect()
}

/// The week is a ring: Sunday's night may run into Monday's morning.
fn note_overlaps(prefix: &str, periods: &[(usize, Period)], violations: &mut Violations) {
    let mut ring: Vec<_> = periods.to_vec();
    ring.sort_unstable_by_key(|(_, period)| period.start_in_week());
    for (position, &(_, period)) in ring.iter().enumerate() {
        let (next_index, next) = ring[(position + 1) % ring.len()];
        let next_week = if position + 1 == ring.len() {
            WEEK_MINUTES
        } else {
            0
        };
        let gap = next.start_in_week() + next_week - period.start_in_week();
        if period.length_minutes() > gap {
            violations.push_with(
                format!("{prefix}.periods[{next_index}].open_minute"),
                "HOURS_OVERLAP",
                [("weekday", next.weekday), ("open_minute", next.open_minute)],
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(periods: &[(i32, i32, i32)]) -> Result<Hours, Vec<String>> {
        let raw = RawHours {
            periods: periods.to_vec(),
            slot_minutes: 15,
            ..RawHours::default()
        };
        let mut violations = Violations::new();
        let hours = Hours::parse("hours", &raw, &mut violations);
        match violations.into_result() {
            Ok(()) => Ok(hours.unwrap()),
            Err(problem) => Err(problem
                .fields
                .into_iter()
                .map(|found| format!("{} {}", found.field, found.reason))
                .collect()),
        }
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
    fn seven_periods_a_day_are_too_many() {
        let periods: Vec<_> = (0..7).map(|n| (3, n * 60, n * 60 + 30)).collect();
        assert_eq!(
            judge(&periods).unwrap_err(),
            ["hours.periods HOURS_INVALID"]
        );
    }

    #[test]
    fn touching_periods_and_whole_days_are_fine() {
        assert!(judge(&[(1, 600, 720), (1, 720, 800)]).is_ok());
        assert!(judge(&[(1, 1020, 120), (2, 120, 300)]).is_ok());
        let whole_week: Vec<_> = (1..=7).map(|weekday| (weekday, 0, 1440)).collect();
        assert!(judge(&whole_week).unwrap().never_closes());
        assert!(!judge(&whole_week[..6]).unwrap().never_closes());
    }

    #[test]
    fn settings_keep_to_their_ranges() {
        let raw = RawHours {
            slot_minutes: 7,
            lead_minutes: 1441,
            days_ahead: 61,
            last_order_minutes: -1,
            max_orders_per_slot: Some(10_000),
            ..RawHours::default()
        };
        let mut violations = Violations::new();
        assert!(Hours::parse("hours", &raw, &mut violations).is_none());
        let problem = violations.into_result().unwrap_err();
        assert_eq!(problem.reason, "SETTING_RANGE");
        assert_eq!(problem.fields.len(), 5);
    }
}
