//! When a branch sells, seen from one moment: openings, slots, the requested time, the ASAP promise.

use std::sync::Arc;

use chassis::{business_day::BusinessDay, sales::Method};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use proto::capacity::v1::CapacityReason;

use super::{
    opening::Opening,
    schedule::Schedule,
    weekly::{Hours, OutsideHours},
};
use crate::domain::local_time::{ceil_five_minutes, grid_floor, instant_of, shown_at};

/// No period is longer than a day and a business day may begin up to twelve hours late.
const DAYS_AROUND: u64 = 2;
/// An opening of several merged days is looked at this far back.
const DAYS_BACK: u64 = 8;
/// Openings are known this many days ahead, even where fewer may be ordered for.
const LEAST_KNOWN: u64 = 7;

/// Why a requested time is not available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotProblem {
    /// The slot has all the orders it takes.
    Full,
    /// It is over, or too near to be made ready.
    Past,
    /// The branch is not open then.
    Closed,
    /// Later than may be ordered for.
    TooFarAhead,
    /// The time is not the start of a slot, or no slot is left at all.
    NoSlot,
    /// The order is more than any slot takes, however empty.
    TooLarge,
}

impl SlotProblem {
    /// The stable reason.
    #[must_use]
    pub const fn reason(self) -> CapacityReason {
        match self {
            Self::Full => CapacityReason::SlotFull,
            Self::Past => CapacityReason::SlotPast,
            Self::Closed => CapacityReason::Closed,
            Self::TooFarAhead => CapacityReason::TooFarAhead,
            Self::NoSlot => CapacityReason::NoSlot,
            Self::TooLarge => CapacityReason::OrderTooLarge,
        }
    }
}

/// A slot on the grid within the hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotTime {
    /// Its start.
    pub starts_at: DateTime<Utc>,
    /// Business day of its start.
    pub business_day: BusinessDay,
    /// Too late to order for it.
    pub past: bool,
}

/// The openings around one moment for a method, merged and sorted.
#[derive(Clone, Debug)]
pub struct Calendar<'schedule> {
    schedule: &'schedule Schedule,
    method: Method,
    now: DateTime<Utc>,
    pub(super) openings: Arc<[Opening]>,
    pub(super) last_day_ends_at: DateTime<Utc>,
    /// Openings are known up to here; one that lasts so long has no end in sight.
    known_until: DateTime<Utc>,
}

impl Schedule {
    /// The calendar of 自取 as seen at `now`.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Calendar<'_> {
        self.at_for(now, Method::Pickup)
    }

    /// The calendar of a method as seen at `now`.
    #[must_use]
    pub fn at_for(&self, now: DateTime<Utc>, method: Method) -> Calendar<'_> {
        self.at_with(now, method, |first, last| {
            self.openings(method, first, last).into()
        })
    }

    /// The same, where `openings` gives those that begin on dates from the first to the last: they are most of
    /// the work and stay the same all day.
    #[must_use]
    pub fn at_with(
        &self,
        now: DateTime<Utc>,
        method: Method,
        openings: impl FnOnce(NaiveDate, NaiveDate) -> Arc<[Opening]>,
    ) -> Calendar<'_> {
        let ahead = u64::from(self.hours_at(now).days_ahead);
        let today = self.business_day(now);
        let last_day = BusinessDay::on(today.date() + Days::new(ahead));
        let first_date = today.date() - Days::new(DAYS_BACK);
        let last_date = today.date() + Days::new(ahead.max(LEAST_KNOWN) + DAYS_AROUND);
        Calendar {
            schedule: self,
            method,
            now,
            openings: openings(first_date, last_date),
            last_day_ends_at: last_day.ends_at(self.tz, self.cutoff_minutes),
            known_until: instant_of(self.tz, (last_date + Days::new(1)).and_time(NaiveTime::MIN)),
        }
    }
}

impl<'schedule> Calendar<'schedule> {
    /// What it is made from.
    #[must_use]
    pub const fn schedule(&self) -> &'schedule Schedule {
        self.schedule
    }

    /// The method it is for.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The same moment seen by a method.
    #[must_use]
    pub fn of_method(&self, method: Method) -> Calendar<'schedule> {
        self.schedule.at_for(self.now, method)
    }
}

impl Calendar<'_> {
    /// The moment it is seen from.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The present business day.
    #[must_use]
    pub fn today(&self) -> BusinessDay {
        self.business_day(self.now)
    }

    /// The business day of an instant.
    #[must_use]
    pub fn business_day(&self, instant: DateTime<Utc>) -> BusinessDay {
        self.schedule.business_day(instant)
    }

    /// The opening that takes orders for now.
    #[must_use]
    pub fn accepting(&self) -> Option<Opening> {
        self.opening_at(self.now)
            .filter(|opening| self.now <= self.last_order_at(*opening))
    }

    /// When ordering for an opening ends; its end, where none is in sight.
    #[must_use]
    pub fn last_order_at(&self, opening: Opening) -> DateTime<Utc> {
        if self.is_endless(opening) {
            return opening.to;
        }
        // The hours that close it say it, not those that take over at that instant.
        let hours = self
            .schedule
            .hours_at(opening.to - TimeDelta::microseconds(1));
        opening.to - TimeDelta::minutes(i64::from(hours.last_order_minutes_of(self.method)))
    }

    /// The opening lasts beyond all that is looked at.
    #[must_use]
    pub fn is_endless(&self, opening: Opening) -> bool {
        opening.to >= self.known_until
    }

    /// When ordering for now ends; `None` while closed and where no end is in sight.
    #[must_use]
    pub fn ordering_ends_at(&self) -> Option<DateTime<Utc>> {
        let opening = self.accepting()?;
        (!self.is_endless(opening)).then(|| self.last_order_at(opening))
    }

    /// The first instant from `at` on at which orders for then are taken, within a week or as far as may be
    /// ordered ahead.
    #[must_use]
    pub fn accepting_from(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.openings.iter().find_map(|opening| {
            let from = opening.from.max(at);
            (from < opening.to && from <= self.last_order_at(*opening)).then_some(from)
        })
    }

    /// The earliest ASAP promise, ceil5(now + lead), and the opening it must stay in.
    ///
    /// Whether its slot has capacity is left to the caller; `None` while closed.
    #[must_use]
    pub fn asap(&self) -> Option<(DateTime<Utc>, Opening)> {
        let opening = self.accepting()?;
        let promise = ceil_five_minutes(self.ready_at());
        (promise < opening.to).then_some((promise, opening))
    }

    /// Start of the grid's slot that holds `instant`.
    #[must_use]
    pub fn slot_holding(&self, instant: DateTime<Utc>) -> DateTime<Utc> {
        self.schedule.slot_holding(instant)
    }

    /// The end of the slot that begins at `starts_at`.
    #[must_use]
    pub fn slot_end(&self, starts_at: DateTime<Utc>) -> DateTime<Utc> {
        starts_at + TimeDelta::minutes(i64::from(self.schedule.slot_minutes_at(starts_at)))
    }

    /// Checks a requested time, its fullness aside.
    pub fn check_requested(&self, at: DateTime<Utc>) -> Result<SlotTime, SlotProblem> {
        if at < self.now {
            return Err(SlotProblem::Past);
        }
        if at >= self.last_day_ends_at {
            return Err(SlotProblem::TooFarAhead);
        }
        if !self.takes_anything_now() {
            return Err(SlotProblem::Closed);
        }
        let opening = self.opening_at(at).ok_or(SlotProblem::Closed)?;
        if self.slot_holding(at) != at {
            return Err(SlotProblem::NoSlot);
        }
        if self.is_past(at, opening) {
            return Err(SlotProblem::Past);
        }
        Ok(SlotTime {
            starts_at: at,
            business_day: self.business_day(at),
            past: false,
        })
    }

    /// Slots from the one going on to the last day ahead, in order of time; none while nothing may be ordered.
    pub fn slots(&self) -> impl Iterator<Item = SlotTime> {
        self.openings
            .iter()
            .filter(|opening| opening.to > self.now && self.takes_anything_now())
            .flat_map(|opening| self.slots_of(*opening))
    }

    /// Slots within the hours from the one going on to the last day ahead, whether or not they may be
    /// ordered for.
    pub fn open_slots(&self) -> impl Iterator<Item = SlotTime> {
        let openings = self.openings.iter();
        openings
            .filter(|opening| opening.to > self.now)
            .flat_map(|opening| self.slots_of(*opening))
    }

    /// Slots of an opening that begin at `from` or later and are not past.
    pub fn open_slots_of(
        &self,
        opening: Opening,
        from: DateTime<Utc>,
    ) -> impl Iterator<Item = SlotTime> {
        self.slots_of(opening)
            .filter(move |slot| slot.starts_at >= from && !slot.past)
    }

    /// Hours that take over within the opening bring their own grid.
    fn slots_of(&self, opening: Opening) -> impl Iterator<Item = SlotTime> {
        self.schedule
            .effective_hours()
            .filter_map(move |effective| {
                Some((effective.cut(opening)?, effective.hours.slot_minutes))
            })
            .flat_map(move |(part, step)| self.slots_on_grid(opening, part, u32::from(step)))
    }

    fn slots_on_grid(
        &self,
        opening: Opening,
        part: Opening,
        step_minutes: u32,
    ) -> impl Iterator<Item = SlotTime> {
        let tz = self.schedule.tz;
        let step = TimeDelta::minutes(i64::from(step_minutes));
        let first = part.from.max(self.slot_holding(self.now));
        let mut local = grid_floor(shown_at(tz, first), step_minutes);
        let end = part.to.min(self.last_day_ends_at);
        let mut day = self.business_day(first);
        let mut day_ends_at = day.ends_at(tz, self.schedule.cutoff_minutes);
        std::iter::from_fn(move || {
            loop {
                let shown = local;
                let starts_at = instant_of(tz, shown);
                if starts_at >= end {
                    return None;
                }
                local += step;
                // A line of the grid that the clock skips is no slot.
                if starts_at >= first && shown_at(tz, starts_at) == shown {
                    if starts_at >= day_ends_at {
                        day = self.business_day(starts_at);
                        day_ends_at = day.ends_at(tz, self.schedule.cutoff_minutes);
                    }
                    return Some(SlotTime {
                        starts_at,
                        business_day: day,
                        past: self.is_past(starts_at, opening),
                    });
                }
            }
        })
    }

    /// Something may be ordered at this moment, for now or for later.
    fn takes_anything_now(&self) -> bool {
        match self.hours().outside {
            OutsideHours::FutureOnly => true,
            OutsideHours::None => self.accepting().is_some(),
        }
    }

    fn is_past(&self, starts_at: DateTime<Utc>, opening: Opening) -> bool {
        starts_at < self.ready_at() || self.now > self.last_order_at(opening)
    }

    /// The opening that holds an instant.
    pub fn opening_at(&self, instant: DateTime<Utc>) -> Option<Opening> {
        self.openings
            .iter()
            .copied()
            .find(|opening| opening.from <= instant && instant < opening.to)
    }

    fn ready_at(&self) -> DateTime<Utc> {
        self.now + TimeDelta::minutes(i64::from(self.hours().lead_minutes_of(self.method)))
    }

    /// The hours in force at this moment.
    fn hours(&self) -> &Hours {
        self.schedule.hours_at(self.now)
    }
}

#[cfg(test)]
mod tests;
