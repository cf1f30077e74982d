//! 「若昨天用這個設定」: how the orders of a past day would have fared under other rules.

use std::{collections::HashMap, sync::Arc};

use chassis::{
    business_day::BusinessDay,
    id::{LimitRuleId, OrderId},
};
use chrono::{DateTime, Utc};

use super::{
    Limits,
    book::{Book, Fullness},
};
use crate::domain::{
    channel::Channel,
    hours::{calendar::SlotTime, schedule::Schedule},
    line::Line,
    method::Method,
};

/// An order as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastOrder {
    /// The order.
    pub order_id: OrderId,
    /// Where it came from.
    pub channel: Channel,
    /// How it reached the customer.
    pub method: Method,
    /// Its slot.
    pub slot_starts_at: DateTime<Utc>,
    /// Business day of the slot.
    pub business_day: BusinessDay,
    /// What it was of.
    pub lines: Vec<Line>,
}

/// An order that would have fared otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
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
pub fn try_orders(
    limits: &Arc<Limits>,
    schedule: &Schedule,
    day: BusinessDay,
    orders: &[PastOrder],
) -> Vec<Tried> {
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
    let mut book = Book {
        limits: limits.clone(),
        used: HashMap::new(),
    };
    let mut tried = Vec::new();
    for order in orders {
        let Some((_, calendar)) = calendars.iter().find(|(of, _)| *of == order.method) else {
            continue;
        };
        let demand = limits.demand(order.channel, order.method, &order.lines);
        let room = book.room(calendar, &demand, order.slot_starts_at);
        if room.fullness != Fullness::Full || order.channel.may_overbook() {
            let takes = book.takes(calendar, &demand, order.slot_starts_at);
            book.take(&takes);
            continue;
        }
        let later = slots[&order.method]
            .iter()
            .map(|slot| slot.starts_at)
            .filter(|starts_at| *starts_at > order.slot_starts_at);
        let offered_at = later
            .into_iter()
            .find(|at| book.room(calendar, &demand, *at).fullness != Fullness::Full);
        if let Some(at) = offered_at {
            let takes = book.takes(calendar, &demand, at);
            book.take(&takes);
        }
        tried.push(Tried {
            order_id: order.order_id,
            slot_starts_at: order.slot_starts_at,
            offered_at,
            full: room.full,
        });
    }
    tried
}
