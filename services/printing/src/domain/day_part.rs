//! Part of a business day.

use chrono::{DateTime, NaiveDate, Timelike as _, Utc};
use chrono_tz::Tz;

const DAY: i64 = 1_440;
/// The last minute of the night that follows a business day.
const LAST: i32 = 2 * 1_440 - 1;

/// Minutes after the midnight that a business day is named by; those of the night that follows go on from 1,440.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayPart {
    from: i64,
    to: i64,
}

impl DayPart {
    /// A part of a day; `None` where it ends before it begins or after the night that follows.
    #[must_use]
    pub fn new(from: i32, to: i32) -> Option<Self> {
        (from >= 0 && from < to && to <= LAST).then_some(Self {
            from: from.into(),
            to: to.into(),
        })
    }

    /// Whether an instant is in it by the clock on the branch's wall; its end is not.
    #[must_use]
    pub fn holds(self, day: NaiveDate, zone: Tz, at: DateTime<Utc>) -> bool {
        let wall = at.with_timezone(&zone).naive_local();
        let days = wall.date().signed_duration_since(day).num_days();
        let minute = i64::from(wall.num_seconds_from_midnight() / 60) + days * DAY;
        (self.from..self.to).contains(&minute)
    }

    /// As a slip says it: 「11:00–14:00」.
    #[must_use]
    pub fn words(self) -> String {
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        let end = if self.to > DAY {
            self.to - DAY
        } else {
            self.to
        };
        format!("{}–{}", clock(self.from % DAY), clock(end))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn holds(part: (i32, i32), day: u32, hour: u32, minute: u32) -> bool {
        let zone = Tz::Asia__Taipei;
        let friday = NaiveDate::from_ymd_opt(2026, 9, 4).unwrap();
        let at = zone.with_ymd_and_hms(2026, 9, day, hour, minute, 59);
        let part = DayPart::new(part.0, part.1).unwrap();
        part.holds(friday, zone, at.unwrap().to_utc())
    }

    #[test]
    fn its_start_is_in_it_and_its_end_is_not() {
        let noon = (660, 840);
        for (hour, minute, within) in [
            (10, 59, false),
            (11, 0, true),
            (13, 59, true),
            (14, 0, false),
        ] {
            assert_eq!(holds(noon, 4, hour, minute), within, "{hour}:{minute}");
        }
        assert!(!holds(noon, 5, 12, 0), "the day after");
        assert!(!holds(noon, 3, 12, 0), "the day before");
    }

    #[test]
    fn the_night_after_belongs_to_the_day() {
        let night = (1_380, 1_500);
        assert!(holds(night, 4, 23, 0));
        assert!(holds(night, 5, 0, 59));
        assert!(!holds(night, 5, 1, 0));
        assert!(!holds(night, 4, 0, 30), "the night before");
    }

    #[test]
    fn it_says_itself_by_the_clock() {
        for (from, to, said) in [
            (660, 840, "11:00–14:00"),
            (0, 1_440, "00:00–24:00"),
            (1_380, 1_500, "23:00–01:00"),
            (1_440, 1_500, "00:00–01:00"),
        ] {
            assert_eq!(DayPart::new(from, to).unwrap().words(), said);
        }
    }

    #[test]
    fn what_ends_before_it_begins_or_never_is_none() {
        for (from, to) in [
            (-1, 10),
            (10, 10),
            (11, 10),
            (0, 2_880),
            (i32::MIN, i32::MAX),
        ] {
            assert_eq!(DayPart::new(from, to), None, "{from}–{to}");
        }
        assert!(DayPart::new(2_878, 2_879).is_some());
    }
}
