//! Instants as a branch's calendar and clock see them.

use chassis::business_day::BusinessDay;
use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use chrono_tz::Tz;
use pricing::rules::{Moment, Weekday};

/// What conditions of time see of an instant: the weekday of the business day, the minute and the month of the
/// clock.
#[must_use]
pub fn moment(at: DateTime<Utc>, tz: Tz, cutoff_minutes: u16) -> Moment {
    let local = at.with_timezone(&tz);
    let minute = local.hour() * 60 + local.minute();
    let day = BusinessDay::of(at, tz, cutoff_minutes);
    Moment {
        at: at.timestamp(),
        weekday: match day.date().weekday() {
            chrono::Weekday::Mon => Weekday::Monday,
            chrono::Weekday::Tue => Weekday::Tuesday,
            chrono::Weekday::Wed => Weekday::Wednesday,
            chrono::Weekday::Thu => Weekday::Thursday,
            chrono::Weekday::Fri => Weekday::Friday,
            chrono::Weekday::Sat => Weekday::Saturday,
            chrono::Weekday::Sun => Weekday::Sunday,
        },
        minute: u16::try_from(minute).unwrap_or_default(),
        month: u8::try_from(local.month()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weekday_is_that_of_the_business_day_and_the_minute_that_of_the_clock() {
        let at: DateTime<Utc> = DateTime::from_timestamp(1_780_255_800, 0).unwrap_or_default();
        assert_eq!(at.to_rfc3339(), "2026-05-31T19:30:00+00:00");
        let moment = moment(at, chrono_tz::Asia::Taipei, 240);
        assert_eq!((moment.weekday, moment.minute), (Weekday::Sunday, 210));
        assert_eq!((moment.month, moment.at), (6, at.timestamp()));
    }
}
