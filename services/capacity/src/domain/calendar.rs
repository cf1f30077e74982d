//! When a branch sells, seen from one moment: openings, slots, the wanted time, the ASAP promise.

use chassis::business_day::BusinessDay;
use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{
    hours::Hours,
    local_time::{ceil_five_minutes, grid_floor, instant_of, shown_at},
};

/// No period is longer than a day and a business day may begin up to twelve hours late.
const DAYS_AROUND: u64 = 2;
/// An opening of several merged days is looked at this far back.
const DAYS_BACK: u64 = 8;

/// A time without interruption in which the branch is open; `to` is no longer part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// Opens.
    pub from: DateTime<Utc>,
    /// Closes.
    pub to: DateTime<Utc>,
}

/// What of a branch the calendar is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Weekly hours and slot settings.
    pub hours: Hours,
    /// Zone of the branch.
    pub tz: Tz,
    /// Business-day cut-off in minutes after midnight.
    pub cutoff_minutes: u16,
}

/// Why a wanted time cannot be had.
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
}

impl SlotProblem {
    /// The stable reason.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Full => "SLOT_FULL",
            Self::Past => "SLOT_PAST",
            Self::Closed => "CLOSED",
            Self::TooFarAhead => "TOO_FAR_AHEAD",
            Self::NoSlot => "NO_SLOT",
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

/// The openings around one moment, merged and sorted.
#[derive(Clone, Debug)]
pub struct Calendar<'schedule> {
    schedule: &'schedule Schedule,
    now: DateTime<Utc>,
    openings: Vec<Opening>,
    last_day_ends_at: DateTime<Utc>,
}

impl Schedule {
    /// The calendar as seen at `now`.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Calendar<'_> {
        let ahead = u64::from(self.hours.days_ahead);
        let today = BusinessDay::of(now, self.tz, self.cutoff_minutes);
        let last_day = BusinessDay::on(today.date() + Days::new(ahead));
        let first_date = today.date() - Days::new(DAYS_BACK);
        let mut found: Vec<Opening> = (0..=DAYS_BACK + ahead + DAYS_AROUND)
            .flat_map(|offset| {
                self.hours
                    .openings_on(first_date + Days::new(offset), self.tz)
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
        let last_day_ends_at = last_day.ends_at(self.tz, self.cutoff_minutes);
        Calendar {
            schedule: self,
            now,
            openings,
            last_day_ends_at,
        }
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
        BusinessDay::of(instant, self.schedule.tz, self.schedule.cutoff_minutes)
    }

    /// The opening that takes orders for now.
    #[must_use]
    pub fn accepting(&self) -> Option<Opening> {
        self.opening_at(self.now)
            .filter(|opening| self.now <= self.last_order_at(*opening))
    }

    /// When ordering for an opening ends; its end, where it never does.
    #[must_use]
    pub fn last_order_at(&self, opening: Opening) -> DateTime<Utc> {
        if self.schedule.hours.never_closes() {
            return opening.to;
        }
        opening.to - TimeDelta::minutes(i64::from(self.schedule.hours.last_order_minutes))
    }

    /// When ordering for now ends; `None` while closed and where it never does.
    #[must_use]
    pub fn ordering_ends_at(&self) -> Option<DateTime<Utc>> {
        if self.schedule.hours.never_closes() {
            return None;
        }
        self.accepting().map(|opening| self.last_order_at(opening))
    }

    /// When it opens next, as far as may be ordered ahead and a day beyond.
    #[must_use]
    pub fn opens_at(&self) -> Option<DateTime<Utc>> {
        self.openings
            .iter()
            .map(|opening| opening.from)
            .find(|from| *from > self.now)
    }

    /// The earliest ASAP promise, ceil5(now + lead), and the opening it must stay in.
    ///
    /// Whether its slot has room is for the caller to see; `None` while closed.
    #[must_use]
    pub fn asap(&self) -> Option<(DateTime<Utc>, Opening)> {
        let opening = self.accepting()?;
        let promise = ceil_five_minutes(self.ready_at());
        (promise < opening.to).then_some((promise, opening))
    }

    /// Start of the grid's slot that holds `instant`.
    #[must_use]
    pub fn slot_holding(&self, instant: DateTime<Utc>) -> DateTime<Utc> {
        let local = grid_floor(shown_at(self.schedule.tz, instant), self.step_minutes());
        instant_of(self.schedule.tz, local)
    }

    /// The end of the slot that begins at `starts_at`.
    #[must_use]
    pub fn slot_end(&self, starts_at: DateTime<Utc>) -> DateTime<Utc> {
        starts_at + TimeDelta::minutes(i64::from(self.step_minutes()))
    }

    /// Judges a wanted time, its fullness aside.
    pub fn wanted(&self, at: DateTime<Utc>) -> Result<SlotTime, SlotProblem> {
        if at < self.now {
            return Err(SlotProblem::Past);
        }
        if at >= self.last_day_ends_at {
            return Err(SlotProblem::TooFarAhead);
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

    /// Slots from the one going on to the last day ahead, in order of time.
    pub fn slots(&self) -> impl Iterator<Item = SlotTime> {
        self.openings
            .iter()
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

    fn slots_of(&self, opening: Opening) -> impl Iterator<Item = SlotTime> {
        let tz = self.schedule.tz;
        let step = TimeDelta::minutes(i64::from(self.step_minutes()));
        let first = opening.from.max(self.slot_holding(self.now));
        let mut local = grid_floor(shown_at(tz, first), self.step_minutes());
        let end = opening.to.min(self.last_day_ends_at);
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

    fn is_past(&self, starts_at: DateTime<Utc>, opening: Opening) -> bool {
        starts_at < self.ready_at() || self.now > self.last_order_at(opening)
    }

    fn opening_at(&self, instant: DateTime<Utc>) -> Option<Opening> {
        self.openings
            .iter()
            .copied()
            .find(|opening| opening.from <= instant && instant < opening.to)
    }

    fn ready_at(&self) -> DateTime<Utc> {
        self.now + TimeDelta::minutes(i64::from(self.schedule.hours.lead_minutes))
    }

    fn step_minutes(&self) -> u32 {
        u32::from(self.schedule.hours.slot_minutes)
    }
}

#[cfg(test)]
mod tests;
