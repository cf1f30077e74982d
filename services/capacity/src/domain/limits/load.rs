//! How full the slots of some days are, and by what.

use std::collections::BTreeMap;

use chassis::{
    business_day::BusinessDay,
    id::LimitRuleId,
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};

use super::{counter::Pool, demand::Demand, order::SlotOrder, usage::CapacityUsage};
use crate::domain::{hours::calendar::Calendar, line::Line};

/// Most rules listed for one slot.
const MOST_LISTED: usize = 8;

/// What orders amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Orders.
    pub orders: i64,
    /// Units.
    pub units: i64,
    /// Seconds it takes to make them.
    pub make_seconds: i64,
    /// Amount in the minor unit.
    pub amount: i64,
}

impl Sum {
    /// Adds the lines of an order.
    pub fn add(&mut self, lines: &[Line]) {
        self.orders += 1;
        for line in lines {
            self.units += line.quantity;
            self.make_seconds += line.quantity * line.make_seconds;
            self.amount += line.amount;
        }
    }
}

/// How far a rule is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleLoad {
    /// The rule.
    pub rule_id: LimitRuleId,
    /// Counted.
    pub used: i64,
    /// The limit of what is counted.
    pub limit: i64,
}

impl RuleLoad {
    /// Per mille used; a closed one counts as full, and more the more is in it.
    #[must_use]
    pub fn per_mille(&self) -> i64 {
        match self.limit {
            0 => 1_000 + self.used,
            limit => self.used * 1_000 / limit,
        }
    }
}

/// How full a slot is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotLoad {
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// Length in minutes.
    pub minutes: u32,
    /// Business day.
    pub business_day: BusinessDay,
    /// Within the hours.
    pub open: bool,
    /// What is booked.
    pub sum: Sum,
    /// Rules that count in it, the fullest first.
    pub rules: Vec<RuleLoad>,
}

/// The slots of `calendar` up to `to` that are open or have orders.
#[must_use]
pub fn loads(
    usage: &CapacityUsage,
    calendar: &Calendar<'_>,
    to: DateTime<Utc>,
    orders: &[SlotOrder],
) -> Vec<SlotLoad> {
    let schedule = calendar.schedule();
    let mut slots: BTreeMap<DateTime<Utc>, (bool, Sum)> = calendar
        .open_slots()
        .take_while(|slot| slot.starts_at < to)
        .map(|slot| (slot.starts_at, (true, Sum::default())))
        .collect();
    for order in orders {
        let slot = schedule.slot_holding(order.slot_starts_at);
        slots.entry(slot).or_default().1.add(&order.lines);
    }
    let every = usage.limits.every(Channel::Counter, Method::Pickup);
    slots
        .into_iter()
        .map(|(starts_at, (open, sum))| SlotLoad {
            starts_at,
            minutes: schedule.slot_minutes_at(starts_at),
            business_day: schedule.business_day(starts_at),
            open,
            sum,
            rules: fullest(usage, calendar, &every, starts_at),
        })
        .collect()
}

fn fullest(
    usage: &CapacityUsage,
    calendar: &Calendar<'_>,
    every: &Demand,
    slot: DateTime<Utc>,
) -> Vec<RuleLoad> {
    let mut found = BTreeMap::<LimitRuleId, RuleLoad>::new();
    usage.visit_counters(calendar.schedule(), every, slot, |counter| {
        let (key, limit) = (counter.key, counter.limit);
        if key.pool != Pool::All {
            return;
        }
        let load = RuleLoad {
            rule_id: key.rule_id,
            used: usage.used(key),
            limit,
        };
        let kept = found.entry(key.rule_id).or_insert(load);
        if load.per_mille() > kept.per_mille() {
            *kept = load;
        }
    });
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by_key(|load| std::cmp::Reverse(load.per_mille()));
    found.truncate(MOST_LISTED);
    found
}
