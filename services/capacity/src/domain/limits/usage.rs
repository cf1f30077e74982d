//! What is counted by the limits of a branch, and whether an order still fits.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chassis::{id::LimitRuleId, sales::Channel};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Limits, Measure, Rule, Window,
    demand::{BY_HOURS, Demand},
    order::SlotOrder,
};
use crate::domain::{
    hours::{
        calendar::{Calendar, SlotProblem, SlotTime},
        schedule::Schedule,
    },
    local_time::ceil_five_minutes,
};

/// How full a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fullness {
    /// 可訂.
    Open,
    /// 將滿: at 80 % or more.
    Filling,
    /// 已滿.
    Full,
}

impl Fullness {
    /// How full a counter is.
    #[must_use]
    pub const fn of(used: i64, limit: i64) -> Self {
        if used >= limit {
            Self::Full
        } else if used * 100 >= limit * 80 {
            Self::Filling
        } else {
            Self::Open
        }
    }
}

/// Which part of a limit a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pool {
    /// Everything.
    All,
    /// What came by a channel that has a share.
    Share(Channel),
    /// What did not come by the counter, which has units kept for it.
    Unreserved,
}

impl Pool {
    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Share(channel) => channel.as_str(),
            Self::Unreserved => "unreserved",
        }
    }

    /// The pool of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "all" => Some(Self::All),
            "unreserved" => Some(Self::Unreserved),
            _ => Channel::from_word(name).map(Self::Share),
        }
    }
}

/// A counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterKey {
    /// Start of its window.
    pub starts_at: DateTime<Utc>,
    /// Its rule.
    pub rule_id: LimitRuleId,
    /// Which part of the limit.
    pub pool: Pool,
}

/// What an order takes of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The counter.
    pub key: CounterKey,
    /// How much.
    pub amount: i64,
    /// The limit of the counter.
    pub limit: i64,
}

/// What an order took of a counter of limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The counter.
    pub key: CounterKey,
    /// How much.
    pub amount: i64,
}

impl From<&Take> for Taken {
    fn from(take: &Take) -> Self {
        Self {
            key: take.key,
            amount: take.amount,
        }
    }
}

/// What orders add to a counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CounterIncrement {
    /// How much.
    pub amount: i64,
    /// Of that, what platforms took beyond the limit.
    pub beyond: i64,
    /// The limit.
    pub limit: i64,
}

/// What settled orders do to a counter of limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CounterChange {
    /// Change of what is held.
    pub held: i64,
    /// Change of what is committed.
    pub committed: i64,
}

/// Whether a slot has capacity for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemainingCapacity {
    /// How full it is for the order.
    pub fullness: Fullness,
    /// Rules in the way.
    pub full: Vec<LimitRuleId>,
}

impl RemainingCapacity {
    /// Adds a counter: how full it is, and whether the demand fits.
    pub(super) fn add_counter(&mut self, rule_id: LimitRuleId, taken: Fullness, fits: bool) {
        if !fits {
            self.fullness = Fullness::Full;
            if !self.full.contains(&rule_id) {
                self.full.push(rule_id);
            }
        } else if taken != Fullness::Open {
            self.fullness = self.fullness.max(Fullness::Filling);
        }
    }
}

/// What is counted, held and committed together; it grows with what is taken from it.
#[derive(Clone, Debug, Default)]
pub struct CapacityUsage {
    /// The rules.
    pub limits: Arc<Limits>,
    /// Counters that are not 0.
    pub used: HashMap<CounterKey, i64>,
}

impl CapacityUsage {
    /// Nothing can be full: neither the hours nor a rule limit anything.
    #[must_use]
    pub fn is_unlimited(limits: &Limits, schedule: &Schedule) -> bool {
        let mut hours =
            std::iter::once(&schedule.hours).chain(schedule.later.iter().map(|later| &later.hours));
        limits.is_empty() && hours.all(|hours| hours.max_orders_per_slot.is_none())
    }

    /// Whether the slot beginning at `slot` has capacity.
    #[must_use]
    pub fn remaining(
        &self,
        calendar: &Calendar<'_>,
        demand: &Demand,
        slot: DateTime<Utc>,
    ) -> RemainingCapacity {
        let mut remaining = RemainingCapacity {
            fullness: Fullness::Open,
            full: Vec::new(),
        };
        self.visit_counters(calendar.schedule(), demand, slot, |counter| {
            let (taken, fits) = match counter.rule {
                Some(rule) if rule.works_early() => {
                    let (_, left_over) = self.spread(calendar, rule, slot, counter.amount);
                    (
                        Fullness::of(self.used(counter.key), counter.limit),
                        left_over == 0,
                    )
                }
                _ => {
                    let used = self.used(counter.key);
                    (
                        Fullness::of(used, counter.limit),
                        used + counter.amount <= counter.limit,
                    )
                }
            };
            remaining.add_counter(counter.key.rule_id, taken, fits);
        });
        remaining
    }

    /// Whether a rule's work for a slot finds its place there or before.
    #[must_use]
    pub fn fits_early(
        &self,
        calendar: &Calendar<'_>,
        rule: usize,
        slot: DateTime<Utc>,
        work: i64,
    ) -> bool {
        let date = calendar.business_day(slot).date();
        let rule = self.limits.rule_on(rule, date);
        rule.is_none_or(|rule| self.spread(calendar, rule, slot, work).1 == 0)
    }

    /// What an order takes of the counters in a slot; what does not fit is taken nevertheless.
    #[must_use]
    pub fn takes(
        &self,
        calendar: &Calendar<'_>,
        demand: &Demand,
        slot: DateTime<Utc>,
    ) -> Vec<Take> {
        let mut takes = Vec::new();
        self.visit_counters(calendar.schedule(), demand, slot, |counter| {
            match counter.rule {
                Some(rule) if rule.works_early() => {
                    let (mut spread, left_over) = self.spread(calendar, rule, slot, counter.amount);
                    if left_over > 0 {
                        match spread.first_mut().filter(|take| take.key == counter.key) {
                            Some(take) => take.amount += left_over,
                            None => spread.push(Take {
                                amount: left_over,
                                key: counter.key,
                                limit: counter.limit,
                            }),
                        }
                    }
                    takes.append(&mut spread);
                }
                _ => takes.push(Take {
                    key: counter.key,
                    amount: counter.amount,
                    limit: counter.limit,
                }),
            }
        });
        takes
    }

    /// Adds an order in the slot it has, whether or not it fits; returns what it takes.
    pub fn add_order(&mut self, calendar: &Calendar<'_>, order: &SlotOrder) -> Vec<Take> {
        let demand = self
            .limits
            .demand(order.channel, order.method, &order.lines);
        let takes = self.takes(calendar, &demand, order.slot_starts_at);
        self.add(&takes);
        takes
    }

    /// Counts no longer what an order took.
    pub fn remove(&mut self, taken: &[Taken]) {
        for taken in taken {
            if let Some(used) = self.used.get_mut(&taken.key) {
                *used -= taken.amount;
            }
        }
    }

    /// Counts what is taken.
    pub fn add(&mut self, takes: &[Take]) {
        for take in takes {
            *self.used.entry(take.key).or_default() += take.amount;
        }
    }

    /// What is counted.
    #[must_use]
    pub fn used(&self, key: CounterKey) -> i64 {
        self.used.get(&key).copied().unwrap_or_default()
    }

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

    /// The order is more than any slot of the days ahead takes, were they empty.
    #[must_use]
    pub fn is_too_large(&self, calendar: &Calendar<'_>, demand: &Demand) -> bool {
        let empty = Self {
            limits: self.limits.clone(),
            used: HashMap::new(),
        };
        let mut closed = false;
        let mut slots = calendar.slots().filter(|slot| !slot.past);
        let fits = slots.any(|slot| {
            empty.visit_counters(calendar.schedule(), demand, slot.starts_at, |counter| {
                closed |= counter.limit == 0;
            });
            empty.has_capacity(calendar, demand, slot.starts_at)
        });
        !fits && !closed
    }

    fn has_capacity(&self, calendar: &Calendar<'_>, demand: &Demand, slot: DateTime<Utc>) -> bool {
        self.remaining(calendar, demand, slot).fullness != Fullness::Full
    }

    /// Visits every counter that an order in this slot is counted by.
    pub(super) fn visit_counters<'limits>(
        &'limits self,
        schedule: &Schedule,
        demand: &Demand,
        slot: DateTime<Utc>,
        mut visit: impl FnMut(CounterDemand<'limits>),
    ) {
        if let Some(limit) = schedule.hours_at(slot).max_orders_per_slot {
            visit(CounterDemand {
                rule: None,
                index: None,
                key: CounterKey {
                    starts_at: schedule.slot_holding(slot),
                    rule_id: BY_HOURS,
                    pool: Pool::All,
                },
                amount: 1,
                limit,
            });
        }
        if demand.by_rule.is_empty() {
            return;
        }
        let date = schedule.business_day(slot).date();
        let slot_minutes = schedule.slot_minutes_at(slot);
        for &(index, amount) in &demand.by_rule {
            let Some(rule) = self.limits.rule_on(index, date) else {
                continue;
            };
            let limit = rule.limit(slot_minutes);
            for starts_at in rule.window.starts(schedule, slot) {
                for (pool, limit) in rule.pools(demand.channel, limit) {
                    visit(CounterDemand {
                        rule: Some(rule),
                        index: Some(index),
                        key: CounterKey {
                            starts_at,
                            rule_id: rule.rule_id,
                            pool,
                        },
                        amount,
                        limit,
                    });
                }
            }
        }
    }

    /// Lays work into the slot and those before it, the nearest first; also returns what does not fit.
    ///
    /// Only slots of the same opening that have not begun carry work of a later one.
    fn spread(
        &self,
        calendar: &Calendar<'_>,
        rule: &Rule,
        slot: DateTime<Utc>,
        work: i64,
    ) -> (Vec<Take>, i64) {
        let schedule = calendar.schedule();
        let slot = schedule.slot_holding(slot);
        let opens = calendar
            .opening_at(slot)
            .map_or(slot, |opening| opening.from);
        let earliest = (slot - TimeDelta::hours(i64::from(rule.early_hours)))
            .max(opens)
            .max(calendar.now());
        let (mut takes, mut left, mut starts_at) = (Vec::new(), work, slot);
        while left > 0 && (starts_at == slot || starts_at >= earliest) {
            let key = CounterKey {
                starts_at,
                rule_id: rule.rule_id,
                pool: Pool::All,
            };
            let limit = rule.limit(schedule.slot_minutes_at(starts_at));
            let amount = (limit - self.used(key)).clamp(0, left);
            if amount > 0 {
                takes.push(Take { key, amount, limit });
                left -= amount;
            }
            starts_at = schedule.slot_holding(starts_at - TimeDelta::minutes(1));
        }
        (takes, left)
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

/// What an order demands of a counter.
#[derive(Clone, Copy, Debug)]
pub(super) struct CounterDemand<'limits> {
    /// `None` for the orders a slot takes by the hours.
    pub(super) rule: Option<&'limits Rule>,
    /// Its place among the limits.
    pub(super) index: Option<usize>,
    pub(super) key: CounterKey,
    pub(super) amount: i64,
    pub(super) limit: i64,
}

impl Rule {
    /// How much of it is taken matters even while it has capacity: work queues up, or is laid into slots before.
    #[must_use]
    pub fn is_queue(&self) -> bool {
        self.measure == Measure::MakeMinutes && self.window == Window::Slot
    }

    pub(super) fn works_early(&self) -> bool {
        self.early_hours > 0 && self.is_queue()
    }

    /// The counters of a window that an order of a channel is counted by, with their limits.
    fn pools(&self, channel: Channel, limit: i64) -> impl Iterator<Item = (Pool, i64)> + use<> {
        let share = self.shares.get(&channel);
        let share = share.map(|percent| (Pool::Share(channel), limit * i64::from(*percent) / 100));
        let reserved = self.reserved_for_counter > 0 && channel != Channel::Counter;
        let unreserved = reserved.then(|| {
            let kept = match self.measure {
                Measure::MakeMinutes => self.reserved_for_counter * 60,
                Measure::Orders | Measure::Units | Measure::Amount => self.reserved_for_counter,
            };
            (Pool::Unreserved, (limit - kept).max(0))
        });
        [Some((Pool::All, limit)), share, unreserved]
            .into_iter()
            .flatten()
    }
}

/// What of takes lies beyond the limits, by counter: 超訂.
#[must_use]
pub fn beyond(takes: &[Take], usage: &CapacityUsage) -> BTreeMap<CounterKey, i64> {
    let beyond = takes.iter().filter_map(|take| {
        let used = usage.used(take.key);
        let over = (used + take.amount - take.limit).max(0) - (used - take.limit).max(0);
        (over > 0).then_some((take.key, over))
    });
    beyond.collect()
}
