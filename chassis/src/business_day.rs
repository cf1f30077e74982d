//! The business day (營業日): from cut-off to cut-off in a branch's time zone.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Days, LocalResult, NaiveDate, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A day of business, named by the date on which it begins.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct BusinessDay(NaiveDate);

impl BusinessDay {
    /// The business day that holds `instant` in the zone, beginning `cutoff_minutes` after midnight.
    ///
    /// Where the clock is set back over the cut-off, the first of the two counts: days never go back.
    #[must_use]
    pub fn of(instant: DateTime<Utc>, tz: Tz, cutoff_minutes: u16) -> Self {
        let mut day = Self(instant.with_timezone(&tz).date_naive());
        while instant < day.starts_at(tz, cutoff_minutes) {
            day = day.prev();
        }
        while instant >= day.ends_at(tz, cutoff_minutes) {
            day = day.next();
        }
        day
    }

    /// The day that begins on `date`.
    #[must_use]
    pub const fn on(date: NaiveDate) -> Self {
        Self(date)
    }

    /// The date on which it begins.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(
            self.0
                .checked_add_days(Days::new(1))
                .expect("a shop's day lies far from the calendar's end"),
        )
    }

    /// The day before.
    #[must_use]
    pub fn prev(self) -> Self {
        Self(
            self.0
                .checked_sub_days(Days::new(1))
                .expect("a shop's day lies far from the calendar's start"),
        )
    }

    /// Its first instant. A cut-off that a clock change skips falls on the end of the skipped time.
    #[must_use]
    pub fn starts_at(self, tz: Tz, cutoff_minutes: u16) -> DateTime<Utc> {
        let midnight = self
            .0
            .and_hms_opt(0, 0, 0)
            .expect("every date has a midnight on paper");
        let mut local = midnight + TimeDelta::minutes(i64::from(cutoff_minutes));
        loop {
            match tz.from_local_datetime(&local) {
                LocalResult::Single(start) | LocalResult::Ambiguous(start, _) => {
                    return start.to_utc();
                }
                LocalResult::None => local += TimeDelta::minutes(1),
            }
        }
    }

    /// The first instant of the next day.
    #[must_use]
    pub fn ends_at(self, tz: Tz, cutoff_minutes: u16) -> DateTime<Utc> {
        self.next().starts_at(tz, cutoff_minutes)
    }
}

impl fmt::Display for BusinessDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl FromStr for BusinessDay {
    type Err = chrono::ParseError;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        NaiveDate::parse_from_str(raw, "%Y-%m-%d").map(Self)
    }
}

impl From<BusinessDay> for NaiveDate {
    fn from(day: BusinessDay) -> Self {
        day.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(raw: &str) -> BusinessDay {
        raw.parse().unwrap()
    }

    fn at(raw: &str) -> DateTime<Utc> {
        raw.parse().unwrap()
    }

    #[test]
    fn an_order_after_midnight_belongs_to_the_evening_before() {
        // 01:30 on Saturday in Taipei, cut-off 04:00.
        let instant = at("2026-09-04T17:30:00Z");
        assert_eq!(
            BusinessDay::of(instant, Tz::Asia__Taipei, 240),
            day("2026-09-04")
        );
        assert_eq!(
            BusinessDay::of(instant, Tz::Asia__Taipei, 0),
            day("2026-09-05")
        );
    }

    #[test]
    fn a_skipped_cutoff_falls_on_the_end_of_the_skipped_hour() {
        // New York jumps from 02:00 to 03:00 on 2026-03-08.
        let starts = day("2026-03-08").starts_at(Tz::America__New_York, 150);
        assert_eq!(starts, at("2026-03-08T07:00:00Z"));
    }

    #[test]
    fn a_doubled_cutoff_counts_once() {
        // New York shows 01:30 twice on 2026-11-01; between them the day has begun already.
        let zone = Tz::America__New_York;
        assert_eq!(
            day("2026-11-01").starts_at(zone, 90),
            at("2026-11-01T05:30:00Z")
        );
        assert_eq!(
            BusinessDay::of(at("2026-11-01T06:10:00Z"), zone, 90),
            day("2026-11-01")
        );
    }

    #[test]
    fn only_a_plain_date_reads_as_a_day() {
        assert_eq!(day("2026-02-03").to_string(), "2026-02-03");
        assert!("2026-02-30".parse::<BusinessDay>().is_err());
        assert!("2026-02-03T00:00:00Z".parse::<BusinessDay>().is_err());
    }

    fn zones() -> impl Strategy<Value = Tz> {
        prop_oneof![
            Just(Tz::Asia__Taipei),
            Just(Tz::America__New_York),
            Just(Tz::Europe__London),
            Just(Tz::Australia__Lord_Howe),
            Just(Tz::America__Sao_Paulo),
            Just(Tz::Asia__Kathmandu),
            Just(Tz::Pacific__Chatham),
        ]
    }

    proptest! {
        #[test]
        fn every_instant_lies_inside_its_day(
            secs in 946_684_800_i64..2_208_988_800, zone in zones(), cutoff in 0_u16..720,
        ) {
            let instant = DateTime::from_timestamp(secs, 0).unwrap();
            let day = BusinessDay::of(instant, zone, cutoff);
            prop_assert!(day.starts_at(zone, cutoff) <= instant);
            prop_assert!(instant < day.ends_at(zone, cutoff));
        }

        #[test]
        fn days_meet_without_gap_or_overlap(
            offset in 0_u64..14_000, zone in zones(), cutoff in 0_u16..720,
        ) {
            let date = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + Days::new(offset);
            let day = BusinessDay::on(date);
            let start = day.starts_at(zone, cutoff);
            prop_assert_eq!(BusinessDay::of(start, zone, cutoff), day);
            prop_assert_eq!(BusinessDay::of(start - TimeDelta::seconds(1), zone, cutoff), day.prev());
        }
    }
}
