//! What is counted by the limits of a branch, and whether an order still fits.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chassis::id::LimitRuleId;
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Limits, Rule,
    counter::{CounterDemand, CounterKey, Fullness, Pool, Take, Taken},
    demand::{BY_HOURS, Demand},
    order::SlotOrder,
};
use crate::domain::hours::{calendar::Calendar, schedule::Schedule};

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

    pub(super) fn has_capacity(
        &self,
        calendar: &Calendar<'_>,
        demand: &Demand,
        slot: DateTime<Utc>,
    ) -> bool {
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
