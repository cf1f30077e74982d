//! 「若昨天用這個設定」: the orders of a past day under other rules.

use std::{collections::HashMap, sync::Arc};

use chassis::{
    business_day::BusinessDay,
    id::{LimitRuleId, OrderId},
    sales::Method,
};
use chrono::{DateTime, Utc};

use super::{Limits, counter::Fullness, may_overbook, order::SlotOrder, usage::CapacityUsage};
use crate::domain::hours::{calendar::SlotTime, schedule::Schedule};

/// An order that the rules would have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedOrder {
    /// The order.
    pub order_id: OrderId,
    /// Slot it had.
    pub slot_starts_at: DateTime<Utc>,
    /// Slot it would have been offered on that day.
    pub offered_at: Option<DateTime<Utc>>,
    /// Rules in the way.
    pub full: Vec<LimitRuleId>,
}

/// Tries the orders of a day in the order in which they came.
#[must_use]
pub fn simulate(
    limits: &Arc<Limits>,
    schedule: &Schedule,
    day: BusinessDay,
    orders: &[SlotOrder],
) -> Vec<SimulatedOrder> {
    let begins_at = day.starts_at(schedule.tz, schedule.cutoff_minutes);
    let calendars = Method::ALL.map(|method| (method, schedule.at_for(begins_at, method)));
    let slots: HashMap<Method, Vec<SlotTime>> = calendars
        .iter()
        .map(|(method, calendar)| {
            let slots = calendar
                .open_slots()
                .filter(|slot| slot.business_day == day);
            (*method, slots.collect())
        })
        .collect();
    let mut usage = CapacityUsage {
        limits: limits.clone(),
        used: HashMap::new(),
    };
    let mut tried = Vec::new();
    for order in orders {
        let Some((_, calendar)) = calendars.iter().find(|(of, _)| *of == order.method) else {
            continue;
        };
        let demand = limits.demand(order.channel, order.method, &order.lines);
        let remaining = usage.remaining(calendar, &demand, order.slot_starts_at);
        if remaining.fullness != Fullness::Full || may_overbook(order.channel) {
            let takes = usage.takes(calendar, &demand, order.slot_starts_at);
            usage.add(&takes);
            continue;
        }
        let later = slots[&order.method]
            .iter()
            .map(|slot| slot.starts_at)
            .filter(|starts_at| *starts_at > order.slot_starts_at);
        let offered_at = later
            .into_iter()
            .find(|at| usage.remaining(calendar, &demand, *at).fullness != Fullness::Full);
        if let Some(at) = offered_at {
            let takes = usage.takes(calendar, &demand, at);
            usage.add(&takes);
        }
        tried.push(SimulatedOrder {
            order_id: order.order_id,
            slot_starts_at: order.slot_starts_at,
            offered_at,
            full: remaining.full,
        });
    }
    tried
}
