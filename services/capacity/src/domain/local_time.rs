//! What a clock on the wall shows and which instant that is.

use std::ops::RangeInclusive;

use chrono::{
    DateTime, Datelike as _, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone as _, Timelike as _, Utc,
};
use chrono_tz::Tz;

/// Years of all dates that a shop could mean; far enough from the calendar's ends for any arithmetic.
const YEARS: RangeInclusive<i32> = 1970..=2200;

/// Whether a shop could mean this date.
#[must_use]
pub fn is_of_business(date: NaiveDate) -> bool {
    YEARS.contains(&date.year())
}

/// Parses a date `YYYY-MM-DD` from 1970 to 2200.
#[must_use]
pub fn parse_date(raw: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(raw, "%Y-%m-%d").ok();
    date.filter(|date| is_of_business(*date) && raw.len() == "2026-01-01".len())
}

/// The instant at which a clock in the zone shows `local`.
///
/// A doubled hour counts once, the first; a skipped time falls on the instant the clock jumps.
#[must_use]
pub fn instant_of(tz: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let mut shown = local;
    loop {
        match tz.from_local_datetime(&shown) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
                return instant.to_utc();
            }
            LocalResult::None => shown += TimeDelta::minutes(1),
        }
    }
}

/// What a clock in the zone shows at `instant`.
#[must_use]
pub fn shown_at(tz: Tz, instant: DateTime<Utc>) -> NaiveDateTime {
    instant.with_timezone(&tz).naive_local()
}

/// The grid line at or before `local`, the grid being counted from 00:00.
#[must_use]
pub fn grid_floor(local: NaiveDateTime, step_minutes: u32) -> NaiveDateTime {
    let minute_of_day = local.time().num_seconds_from_midnight() / 60;
    local.date().and_time(NaiveTime::MIN)
        + TimeDelta::minutes(i64::from(minute_of_day / step_minutes * step_minutes))
}

/// The next full five minutes, `instant` itself when it is one.
#[must_use]
pub fn ceil_five_minutes(instant: DateTime<Utc>) -> DateTime<Utc> {
    const FIVE_MINUTES_MICROS: i64 = 5 * 60 * 1_000_000;
    let micros = instant.timestamp_micros();
    let missing = (-micros).rem_euclid(FIVE_MINUTES_MICROS);
    DateTime::from_timestamp_micros(micros + missing)
        .expect("an order's time lies far from the calendar's end")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(raw: &str) -> NaiveDateTime {
        raw.parse().unwrap()
    }

    fn at(raw: &str) -> DateTime<Utc> {
        raw.parse().unwrap()
    }

    #[test]
    fn a_skipped_time_falls_on_the_jump_and_a_doubled_one_on_the_first() {
        let zone = Tz::America__New_York;
        assert_eq!(
            instant_of(zone, local("2026-03-08T02:30:00")),
            at("2026-03-08T07:00:00Z")
        );
        assert_eq!(
            instant_of(zone, local("2026-11-01T01:30:00")),
            at("2026-11-01T05:30:00Z")
        );
    }

    #[test]
    fn five_minutes_are_rounded_up() {
        assert_eq!(
            ceil_five_minutes(at("2026-09-04T16:05:00Z")),
            at("2026-09-04T16:05:00Z")
        );
        assert_eq!(
            ceil_five_minutes(at("2026-09-04T16:05:00.000001Z")),
            at("2026-09-04T16:10:00Z")
        );
    }

    #[test]
    fn the_grid_is_counted_from_midnight() {
        assert_eq!(
            grid_floor(local("2026-09-04T17:44:59"), 15),
            local("2026-09-04T17:30:00")
        );
        assert_eq!(
            grid_floor(local("2026-09-04T00:00:00"), 60),
            local("2026-09-04T00:00:00")
        );
    }
}
