//! The earliest time that limits leave for an order.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    counter::{CounterKey, Pool},
    demand::Demand,
    usage::CapacityUsage,
};
use crate::domain::{
    hours::calendar::{Calendar, SlotProblem, SlotTime},
    local_time::ceil_five_minutes,
};

impl CapacityUsage {
    /// The earliest slot from `from` on that has capacity.
    #[must_use]
    pub fn earliest(
        &self,
        calendar: &Calendar<'_>,
        demand: &Demand,
        from: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let mut slots = calendar
            .slots()
            .filter(|slot| !slot.past && slot.starts_at >= from);
        slots
            .find(|slot| self.has_capacity(calendar, demand, slot.starts_at))
            .map(|slot| slot.starts_at)
    }

    /// The ASAP promise: the earliest time within the present opening at which the stations can be
    /// done and whose slot has capacity.
    pub fn promise(
        &self,
        calendar: &Calendar<'_>,
        demand: &Demand,
    ) -> Result<(SlotTime, DateTime<Utc>), SlotProblem> {
        let (earliest, opening) = calendar.asap().ok_or(SlotProblem::Closed)?;
        let earliest = self.done_by_stations(calendar, demand, earliest);
        if earliest >= opening.to {
            return Err(SlotProblem::Full);
        }
        let starts_at = calendar.slot_holding(earliest);
        if self.has_capacity(calendar, demand, starts_at) {
            let slot = SlotTime {
                starts_at,
                business_day: calendar.business_day(starts_at),
                past: false,
            };
            return Ok((slot, earliest));
        }
        calendar
            .open_slots_of(opening, earliest)
            .find(|slot| self.has_capacity(calendar, demand, slot.starts_at))
            .map(|slot| (slot, slot.starts_at))
            .ok_or(SlotProblem::Full)
    }

    /// When the stations are done with what is promised by then and with this order.
    fn done_by_stations(
        &self,
        calendar: &Calendar<'_>,
        demand: &Demand,
        earliest: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let (schedule, now) = (calendar.schedule(), calendar.now());
        let date = schedule.business_day(now).date();
        let present = schedule.slot_holding(now);
        let rules = demand.by_rule.iter().filter_map(|&(index, work)| {
            let rule = self.limits.rule_on(index, date)?;
            rule.is_queue().then_some((rule, work))
        });
        rules.fold(earliest, |earliest, (rule, work)| {
            let minutes = schedule.slot_minutes_at(present);
            let slot_seconds = i64::from(minutes) * 60;
            let (limit, used) = (rule.limit(minutes), |starts_at| {
                self.used(CounterKey {
                    starts_at,
                    rule_id: rule.rule_id,
                    pool: Pool::All,
                })
            });
            if limit == 0 {
                return earliest;
            }
            // What of the present slot is made already is not known: as much as of it is over.
            let over = (now - present).num_seconds().clamp(0, slot_seconds);
            let mut queue = work + used(present) * (slot_seconds - over) / slot_seconds;
            let (mut done, mut slot) = (earliest, present);
            loop {
                let seconds = (queue * slot_seconds + limit - 1) / limit;
                done = done.max(ceil_five_minutes(now + TimeDelta::seconds(seconds)));
                slot = calendar.slot_end(slot);
                if slot >= done {
                    return done;
                }
                queue += used(slot);
            }
        })
    }
}
