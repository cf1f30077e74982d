//! The business day (營業日): from cut-off to cut-off in a branch's time zone.

use std::{fmt, str::FromStr};

use chrono::{
    DateTime, Datelike as _, Days, LocalResult, NaiveDate, TimeDelta, TimeZone as _, Utc,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::error::Violations;

/// Years a caller may name; date arithmetic on them cannot fail.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;

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

/// Why a text is no business day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date YYYY-MM-DD of the years 1970 to 2200")]
pub struct InvalidBusinessDay;

impl FromStr for BusinessDay {
    type Err = InvalidBusinessDay;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        parse_date(raw).map(Self).ok_or(InvalidBusinessDay)
    }
}

/// A date as `YYYY-MM-DD` of the years 1970 to 2200.
#[must_use]
pub fn parse_date(raw: &str) -> Option<NaiveDate> {
    // The format alone also takes signs, spaces and years of other lengths.
    let plain = raw.len() == 10 && raw.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date = NaiveDate::parse_from_str(raw, "%Y-%m-%d").ok()?;
    (plain && YEARS.contains(&date.year())).then_some(date)
}

/// Parses a business day; anything else is a `VALIDATION_FAILED` at `field`.
pub fn parse(field: &str, raw: &str, violations: &mut Violations) -> Option<BusinessDay> {
    let parsed = raw.parse().ok();
    if parsed.is_none() {
        violations.push(field, "VALIDATION_FAILED");
    }
    parsed
}

/// Parses a business day that may be left out: empty is `None` without a violation.
pub fn parse_optional(field: &str, raw: &str, violations: &mut Violations) -> Option<BusinessDay> {
    if raw.is_empty() {
        None
    } else {
        parse(field, raw, violations)
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

    #[test]
    fn only_days_from_1970_to_2200_are_read() {
        for raw in ["1970-01-01", "2200-12-31"] {
            let day = day(raw);
            assert_eq!(day.to_string(), raw);
            for zone in [Tz::Asia__Taipei, Tz::America__New_York] {
                let _ = day.prev().starts_at(zone, 719);
                let _ = day.next().ends_at(zone, 719);
            }
        }
        for raw in [
            "-262143-01-01",
            "+262142-12-31",
            "1969-12-31",
            "2201-01-01",
            "0000-01-01",
            " 2026-2-03",
            "2026-2-3",
            "",
        ] {
            let mut violations = Violations::new();
            assert_eq!(parse("business_day", raw, &mut violations), None, "{raw}");
            assert_eq!(violations.len(), 1, "{raw}");
        }
        let mut violations = Violations::new();
        assert_eq!(parse_optional("business_day", "", &mut violations), None);
        assert!(violations.is_empty());
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
