//! What a storefront offers on the days to come, as staff is shown it before they change the hours.

use std::{collections::BTreeMap, sync::Arc};

use chassis::{business_day::BusinessDay, sales::Method};
use chrono::{DateTime, Days, Utc};

use super::{calendar::Calendar, opening::Opening, schedule::Schedule};

/// Today and a week.
pub const DAYS_SHOWN: u64 = 8;

/// What is offered on a business day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedDay {
    /// The day.
    pub business_day: BusinessDay,
    /// Openings that lie at least partly in it, with when ordering for each ends; `None` where no end is
    /// in sight.
    pub openings: Vec<(Opening, Option<DateTime<Utc>>)>,
    /// Name of the special day on its date.
    pub special_day: Option<Arc<str>>,
    /// Starts of the slots that can be ordered for, stock and fullness aside.
    pub slots: Vec<DateTime<Utc>>,
    /// Later than may be ordered for.
    pub beyond: bool,
}

/// What is offered by a method at `now` for the days from then on.
#[must_use]
pub fn offered(schedule: &Schedule, now: DateTime<Utc>, method: Method) -> Vec<OfferedDay> {
    let calendar = schedule.at_for(now, method);
    let mut slots = BTreeMap::<BusinessDay, Vec<DateTime<Utc>>>::new();
    for slot in calendar.slots().filter(|slot| !slot.past) {
        slots
            .entry(slot.business_day)
            .or_default()
            .push(slot.starts_at);
    }
    let today = calendar.today().date();
    (0..DAYS_SHOWN)
        .map(|offset| {
            let business_day = BusinessDay::on(today + Days::new(offset));
            let special = schedule.special_days.get(&business_day.date());
            OfferedDay {
                business_day,
                openings: openings_of(&calendar, business_day),
                special_day: special.map(|day| day.name.clone()),
                slots: slots.remove(&business_day).unwrap_or_default(),
                beyond: calendar.starts_at(business_day) >= calendar.last_day_ends_at,
            }
        })
        .collect()
}

fn openings_of(calendar: &Calendar<'_>, day: BusinessDay) -> Vec<(Opening, Option<DateTime<Utc>>)> {
    let (from, to) = (calendar.starts_at(day), calendar.starts_at(day.next()));
    let of_day = calendar
        .openings
        .iter()
        .filter(|opening| opening.from < to && from < opening.to);
    of_day
        .map(|&opening| {
            let ends = !calendar.is_endless(opening);
            (opening, ends.then(|| calendar.last_order_at(opening)))
        })
        .collect()
}

impl Calendar<'_> {
    fn starts_at(&self, day: BusinessDay) -> DateTime<Utc> {
        day.starts_at(self.schedule().tz, self.schedule().cutoff_minutes)
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::domain::hours::{Hours, Period, special_days::DayHours};

    /// 18:00–02:00 every day in Taipei, orders for today and tomorrow.
    fn schedule() -> Schedule {
        let periods = (1..=7).map(|weekday| Period {
            weekday,
            open_minute: 1080,
            close_minute: 120,
        });
        let hours = Hours {
            periods: periods.collect(),
            days_ahead: 1,
            ..Hours::default()
        };
        Schedule::weekly(hours, Tz::Asia__Taipei, 240)
    }

    #[test]
    fn a_week_is_shown_whatever_may_be_ordered_ahead() {
        let mut schedule = schedule();
        let closed = DayHours {
            name: "颱風假".into(),
            periods: [].into(),
        };
        let date = "2026-09-03".parse().unwrap();
        schedule.special_days.insert(date, closed);
        // Wednesday 12:00 in Taipei.
        let now = "2026-09-02T04:00:00Z".parse().unwrap();
        let days = offered(&schedule, now, Method::Pickup);
        assert_eq!(days.len(), 8);

        assert_eq!(days[0].business_day.to_string(), "2026-09-02");
        assert_eq!(days[0].openings.len(), 1, "the whole night is Wednesday's");
        let (night, last_order) = days[0].openings[0];
        assert_eq!((night.to - night.from).num_hours(), 8);
        assert_eq!((night.to - last_order.unwrap()).num_minutes(), 15);
        assert_eq!(days[0].slots.len(), 32);

        assert_eq!(days[1].special_day.as_deref(), Some("颱風假"));
        assert!(days[1].openings.is_empty() && days[1].slots.is_empty() && !days[1].beyond);

        assert!(days[2].beyond && days[2].slots.is_empty());
        assert!(days.iter().skip(2).all(|day| day.openings.len() == 1));
    }
}
