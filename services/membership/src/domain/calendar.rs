//! Days and months of members. They are tied to no branch: they are those of Asia/Taipei, which is always eight
//! hours ahead of UTC, from midnight to midnight.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

const TAIPEI: TimeDelta = TimeDelta::hours(8);
/// When tiers are judged each day.
const JUDGED_AT: NaiveTime = NaiveTime::from_hms_opt(4, 30, 0).expect("a time of day");

/// The date in Taipei.
#[must_use]
pub fn date(at: DateTime<Utc>) -> NaiveDate {
    (at + TAIPEI).date_naive()
}

/// When a date begins.
#[must_use]
pub fn begins(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc() - TAIPEI
}

/// The end of the month that lies `months` after that of `at`: the first instant of the month after it.
#[must_use]
pub fn month_end_after(at: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    let first = date(at).with_day(1).unwrap_or_default();
    begins(first + Months::new(months + 1))
}

/// The end of the year after that of `at`.
#[must_use]
pub fn next_year_end(at: DateTime<Utc>) -> DateTime<Utc> {
    let year = date(at).year() + 2;
    begins(NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default())
}

/// When the year of `at` began.
#[must_use]
pub fn year_start(at: DateTime<Utc>) -> DateTime<Utc> {
    begins(NaiveDate::from_ymd_opt(date(at).year(), 1, 1).unwrap_or_default())
}

/// `months` before.
#[must_use]
pub fn months_before(at: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    ((at + TAIPEI).naive_utc() - Months::new(months)).and_utc() - TAIPEI
}

/// `months` later.
#[must_use]
pub fn months_after(at: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    ((at + TAIPEI).naive_utc() + Months::new(months)).and_utc() - TAIPEI
}

/// The first daily run of tiers at or after `at`.
#[must_use]
pub fn next_run(at: DateTime<Utc>) -> DateTime<Utc> {
    let today = date(at);
    let run = today.and_time(JUDGED_AT).and_utc() - TAIPEI;
    if run >= at { run } else { run + Days::new(1) }
}

/// The next night's round of automatic tags after `at`: a quarter of an hour after that of tiers.
#[must_use]
pub fn next_tag_round(at: DateTime<Utc>) -> DateTime<Utc> {
    let later = TimeDelta::minutes(15);
    next_run(at - later + TimeDelta::seconds(1)) + later
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn months_end_at_midnight_in_taipei() {
        // 31 January 23:30 in Taipei.
        let late = at("2027-01-31T15:30:00Z");
        assert_eq!(month_end_after(late, 1), at("2027-02-28T16:00:00Z"));
        // Half an hour later it is February there.
        let later = at("2027-01-31T16:00:00Z");
        assert_eq!(month_end_after(later, 1), at("2027-03-31T16:00:00Z"));
        assert_eq!(next_year_end(later), at("2028-12-31T16:00:00Z"));
        assert_eq!(
            months_before(at("2027-03-31T04:00:00Z"), 1),
            at("2027-02-28T04:00:00Z")
        );
    }

    #[test]
    fn tiers_are_judged_at_half_past_four() {
        assert_eq!(
            next_run(at("2026-09-02T04:00:00Z")),
            at("2026-09-02T20:30:00Z")
        );
        assert_eq!(
            next_run(at("2026-09-02T20:30:00Z")),
            at("2026-09-02T20:30:00Z")
        );
        assert_eq!(
            next_run(at("2026-09-02T20:30:01Z")),
            at("2026-09-03T20:30:00Z")
        );
        assert_eq!(
            next_tag_round(at("2026-09-02T20:44:59Z")),
            at("2026-09-02T20:45:00Z")
        );
        assert_eq!(
            next_tag_round(at("2026-09-02T20:45:00Z")),
            at("2026-09-03T20:45:00Z")
        );
    }
}
