//! When a branch is open, by its hours and special days.

use chassis::{business_day::BusinessDay, sales::Method};
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{opening::Opening, special_days::DayTable, weekly::Hours};
use crate::domain::local_time::{grid_floor, instant_of, shown_at};

const FIRST_INSTANT: DateTime<Utc> = DateTime::UNIX_EPOCH;
/// Far enough away for every date, and not so far that a zone could not show it.
pub const LAST_INSTANT: DateTime<Utc> = DateTime::from_timestamp_nanos(i64::MAX);

/// What of a branch the calendar is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Weekly hours and slot settings in force.
    pub hours: Hours,
    /// Those that take over later, by their time.
    pub later: Vec<UpcomingHours>,
    /// Dates on which other hours count than the week's.
    pub special_days: DayTable,
    /// Zone of the branch.
    pub tz: Tz,
    /// Business-day cut-off in minutes after midnight.
    pub cutoff_minutes: u16,
}

/// Hours that take over at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpcomingHours {
    /// From when they count.
    pub from: DateTime<Utc>,
    /// The hours.
    pub hours: Hours,
}

/// Hours and how long they count.
#[derive(Clone, Copy, Debug)]
pub(super) struct EffectiveHours<'schedule> {
    pub(super) hours: &'schedule Hours,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Schedule {
    /// A schedule of one week for ever.
    #[must_use]
    pub const fn weekly(hours: Hours, tz: Tz, cutoff_minutes: u16) -> Self {
        Self {
            hours,
            later: Vec::new(),
            special_days: DayTable::new(),
            tz,
            cutoff_minutes,
        }
    }

    /// The hours in force at an instant.
    #[must_use]
    pub fn hours_at(&self, instant: DateTime<Utc>) -> &Hours {
        self.later
            .iter()
            .rfind(|later| later.from <= instant)
            .map_or(&self.hours, |later| &later.hours)
    }

    /// The business day of an instant.
    #[must_use]
    pub fn business_day(&self, instant: DateTime<Utc>) -> BusinessDay {
        BusinessDay::of(instant, self.tz, self.cutoff_minutes)
    }

    /// Length of the slots around an instant, in minutes.
    #[must_use]
    pub fn slot_minutes_at(&self, instant: DateTime<Utc>) -> u32 {
        u32::from(self.hours_at(instant).slot_minutes)
    }

    /// Start of the grid's slot that holds `instant`.
    #[must_use]
    pub fn slot_holding(&self, instant: DateTime<Utc>) -> DateTime<Utc> {
        let step = self.slot_minutes_at(instant);
        instant_of(self.tz, grid_floor(shown_at(self.tz, instant), step))
    }

    /// Whether the branch is open for a method at an instant, however far away.
    #[must_use]
    pub fn is_open(&self, instant: DateTime<Utc>, method: Method) -> bool {
        let hours = self.hours_at(instant);
        let date = shown_at(self.tz, instant).date();
        // No period lasts longer than a day: what is going on began today or yesterday.
        [date - Days::new(1), date].into_iter().any(|date| {
            self.openings_on(hours, method, date)
                .any(|opening| opening.from <= instant && instant < opening.to)
        })
    }

    /// The openings that begin on these dates, merged where they touch or meet.
    #[must_use]
    pub fn openings(&self, method: Method, first: NaiveDate, last: NaiveDate) -> Vec<Opening> {
        let mut found: Vec<Opening> = self
            .effective_hours()
            .flat_map(|effective| {
                let from = shown_at(self.tz, effective.from).date() - Days::new(1);
                let to = shown_at(self.tz, effective.to).date();
                from.max(first)
                    .iter_days()
                    .take_while(move |date| *date <= to.min(last))
                    .flat_map(move |date| self.openings_on(effective.hours, method, date))
                    .filter_map(move |opening| effective.cut(opening))
            })
            .collect();
        found.sort_unstable();
        let mut openings: Vec<Opening> = Vec::with_capacity(found.len());
        for opening in found {
            match openings.last_mut() {
                Some(last) if opening.from <= last.to => last.to = last.to.max(opening.to),
                _ => openings.push(opening),
            }
        }
        openings
    }

    /// The openings that begin on a date: those of its special day, else of the week.
    ///
    /// A special day takes the place of what begins on it. The night before goes on into it, and its own
    /// night goes on beside what the next day has.
    fn openings_on<'hours>(
        &self,
        hours: &'hours Hours,
        method: Method,
        date: NaiveDate,
    ) -> impl Iterator<Item = Opening> + use<'_, 'hours> {
        let special = self.special_days.get(&date);
        let of_special = special
            .into_iter()
            .flat_map(|day| day.periods.iter().copied());
        let of_week = special
            .is_none()
            .then(|| hours.periods_on(method, date))
            .into_iter()
            .flatten();
        let tz = self.tz;
        of_special
            .chain(of_week)
            .filter_map(move |period| period.opening_on(date, tz))
    }

    /// The hours one after the other; the first count since ever, the last for ever.
    pub(super) fn effective_hours(&self) -> impl Iterator<Item = EffectiveHours<'_>> {
        let starts = std::iter::once((&self.hours, FIRST_INSTANT))
            .chain(self.later.iter().map(|later| (&later.hours, later.from)));
        let ends = self
            .later
            .iter()
            .map(|later| later.from)
            .chain(std::iter::once(LAST_INSTANT));
        starts
            .zip(ends)
            .map(|((hours, from), to)| EffectiveHours { hours, from, to })
    }
}

impl EffectiveHours<'_> {
    /// The part of an opening in which these hours count.
    pub(super) fn cut(&self, opening: Opening) -> Option<Opening> {
        let cut = Opening {
            from: opening.from.max(self.from),
            to: opening.to.min(self.to),
        };
        (cut.from < cut.to).then_some(cut)
    }
}
