//! When a rule's windows begin that hold a slot.

use chassis::business_day::BusinessDay;
use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _, Utc};

use super::Window;
use crate::domain::{
    hours::{calendar::Calendar, schedule::Schedule},
    local_time::{instant_of, shown_at},
};

/// The longest window that may have begun before the business day of a slot in it.
pub const LONGEST_ROLLING: TimeDelta = TimeDelta::minutes(240);

/// From when on windows matter to what can still be ordered: those of the present business day.
#[must_use]
pub fn counting_from(calendar: &Calendar<'_>) -> DateTime<Utc> {
    day_counts_from(calendar.schedule(), calendar.now())
}

/// From when on windows matter from the business day of `now` on.
#[must_use]
pub fn day_counts_from(schedule: &Schedule, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = schedule.business_day(now);
    today.starts_at(schedule.tz, schedule.cutoff_minutes) - LONGEST_ROLLING
}

impl Window {
    /// The starts of the windows that hold the slot beginning at `slot`; a daypart may not hold it.
    pub fn starts(&self, schedule: &Schedule, slot: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        match self {
            Self::Slot => vec![schedule.slot_holding(slot)],
            Self::Rolling(minutes) => rolling(schedule, slot, *minutes),
            Self::Daypart { from, to, .. } => {
                daypart(schedule, slot, *from, *to).into_iter().collect()
            }
            Self::Day => {
                let day = schedule.business_day(slot);
                vec![day.starts_at(schedule.tz, schedule.cutoff_minutes)]
            }
        }
    }
}

/// Windows begin on the grid: of any N minutes, the slots are those of one of these.
fn rolling(schedule: &Schedule, slot: DateTime<Utc>, minutes: u16) -> Vec<DateTime<Utc>> {
    let slot = schedule.slot_holding(slot);
    let step = TimeDelta::minutes(i64::from(schedule.slot_minutes_at(slot)));
    let earliest = slot - TimeDelta::minutes(i64::from(minutes));
    std::iter::successors(Some(slot), |start| Some(*start - step))
        .take_while(|start| *start > earliest)
        .collect()
}

fn daypart(schedule: &Schedule, slot: DateTime<Utc>, from: u16, to: u16) -> Option<DateTime<Utc>> {
    let shown = shown_at(schedule.tz, slot);
    let minute = shown.hour() * 60 + shown.minute();
    let (from, to) = (u32::from(from), u32::from(to));
    let holds = if from < to {
        (from..to).contains(&minute)
    } else {
        minute >= from || minute < to
    };
    holds.then(|| {
        let day = schedule.business_day(slot);
        instant_of(schedule.tz, named_start(day, schedule.cutoff_minutes, from))
    })
}

/// The minute of a business day: before the cut-off it is on the next date.
fn named_start(day: BusinessDay, cutoff_minutes: u16, minute: u32) -> NaiveDateTime {
    let date = if minute < u32::from(cutoff_minutes) {
        day.date() + Days::new(1)
    } else {
        day.date()
    };
    date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute))
}
