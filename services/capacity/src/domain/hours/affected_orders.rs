//! Booked orders that a change of hours leaves outside, and what staff decides for each.

use std::collections::BTreeMap;

use chassis::{
    business_day::BusinessDay,
    error::{Problem, ToProblem},
    id::{BranchId, OrderId},
    sales::Method,
};
use chrono::{DateTime, SecondsFormat, Utc};
use proto::capacity::v1::CapacityReason;

use super::schedule::Schedule;

/// A refusal travels in headers: it names this many orders at most.
pub const MOST_NAMED: usize = 40;

/// An order that is booked and not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookedOrder {
    /// The order.
    pub order_id: OrderId,
    /// Its branch.
    pub branch_id: BranchId,
    /// Method.
    pub method: Method,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
    /// Start of its slot.
    pub slot_starts_at: DateTime<Utc>,
    /// Business day of that slot.
    pub business_day: BusinessDay,
}

/// What shall become of an order outside the hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It stays, and needs no decision again.
    Keep,
    /// Ordering does something with it.
    Act(Action),
}

/// What ordering does with an order once the hours are saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Cancels it.
    Cancel,
    /// Reschedules it to the slot that begins then.
    Reschedule(DateTime<Utc>),
    /// Reschedules it to the first slot after its time that takes it.
    RescheduleNext,
}

/// Decisions for orders that may be outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// For each order.
    pub by_order: BTreeMap<OrderId, Decision>,
    /// Orders without a decision of their own stay.
    pub keep_others: bool,
    /// Why orders are rescheduled, as their customers read it.
    pub reschedule_reason: String,
}

impl Decisions {
    /// Some orders are to be cancelled or rescheduled.
    #[must_use]
    pub fn act(&self) -> bool {
        let mut all = self.by_order.values();
        all.any(|decision| matches!(decision, Decision::Act(_)))
    }
}

/// Decided orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// They stay.
    pub keep: Vec<OrderId>,
    /// Ordering does something with them; until it has they need a decision again.
    pub act: Vec<(BookedOrder, Action)>,
}

/// Booked orders lie outside without a decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} booked orders lie outside the hours and are not decided", .0.len())]
pub struct OrdersAffected(pub Vec<BookedOrder>);

impl ToProblem for OrdersAffected {
    fn to_problem(&self) -> Problem {
        let mut problem = Problem::new(CapacityReason::OrdersAffected)
            .message(self.to_string())
            .param("count", self.0.len());
        for order in self.0.iter().take(MOST_NAMED) {
            let at = order.promised_at.to_rfc3339_opts(SecondsFormat::Secs, true);
            problem = problem.field_with(
                format!("decisions.orders[order_id={}]", order.order_id),
                CapacityReason::OrdersAffected,
                [("promised_at", at)],
            );
        }
        problem
    }
}

/// The orders that would not be within the hours of their branch, earliest first.
#[must_use]
pub fn outside(schedule: &Schedule, booked: &[BookedOrder]) -> Vec<BookedOrder> {
    let mut found: Vec<_> = booked
        .iter()
        .filter(|order| !schedule.is_open(order.promised_at, order.method))
        .copied()
        .collect();
    found.sort_by_key(|order| (order.promised_at, order.order_id));
    found
}

/// Settles every order outside by its decision; refuses when some have none, naming them all.
pub fn decide(outside: &[BookedOrder], decisions: &Decisions) -> Result<Decided, OrdersAffected> {
    let (mut decided, mut open) = (Decided::default(), Vec::new());
    for order in outside {
        match decisions.by_order.get(&order.order_id) {
            Some(Decision::Keep) => decided.keep.push(order.order_id),
            Some(Decision::Act(action)) => decided.act.push((*order, *action)),
            None if decisions.keep_others => decided.keep.push(order.order_id),
            None => open.push(*order),
        }
    }
    if open.is_empty() {
        Ok(decided)
    } else {
        Err(OrdersAffected(open))
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use uuid::Uuid;

    use super::*;
    use crate::domain::hours::{Hours, MethodHours, Period};

    fn order(n: u128, at: &str, method: Method) -> BookedOrder {
        let promised_at = at.parse().unwrap();
        BookedOrder {
            order_id: OrderId::from_uuid(Uuid::from_u128(n)),
            branch_id: BranchId::from_uuid(Uuid::nil()),
            method,
            promised_at,
            slot_starts_at: promised_at,
            business_day: BusinessDay::of(promised_at, Tz::Asia__Taipei, 240),
        }
    }

    /// Wednesdays 10:00–20:00 in Taipei; deliveries on Wednesdays until 18:00.
    fn schedule() -> Schedule {
        let wednesday = |close_minute| Period {
            weekday: 3,
            open_minute: 600,
            close_minute,
        };
        let delivery = MethodHours {
            periods: Some(vec![wednesday(1080)]),
            ..MethodHours::default()
        };
        let hours = Hours {
            periods: vec![wednesday(1200)],
            methods: [(Method::Delivery, delivery)].into(),
            ..Hours::default()
        };
        Schedule::weekly(hours, Tz::Asia__Taipei, 240)
    }

    #[test]
    fn each_order_is_judged_by_the_hours_of_its_method() {
        let orders = [
            order(1, "2026-09-02T12:00:00Z", Method::Pickup),
            order(2, "2026-09-02T11:45:00Z", Method::Pickup),
            order(3, "2026-09-02T11:45:00Z", Method::Delivery),
            order(4, "2026-09-02T01:45:00Z", Method::Pickup),
        ];
        let found: Vec<_> = outside(&schedule(), &orders);
        assert_eq!(found, [orders[3], orders[2], orders[0]], "earliest first");
    }

    #[test]
    fn every_order_needs_a_decision() {
        let orders = [1, 2, 3].map(|n| order(n, "2026-09-02T12:00:00Z", Method::Pickup));
        let mut decisions = Decisions::default();
        decisions
            .by_order
            .insert(orders[0].order_id, Decision::Keep);
        decisions
            .by_order
            .insert(orders[1].order_id, Decision::Act(Action::Cancel));

        let refused = decide(&orders, &decisions).unwrap_err();
        assert_eq!(refused, OrdersAffected(vec![orders[2]]));
        let problem = refused.to_problem();
        assert_eq!(problem.reason, "ORDERS_AFFECTED");
        assert_eq!(problem.params["count"], "1");

        decisions.keep_others = true;
        let decided = decide(&orders, &decisions).unwrap();
        assert_eq!(decided.keep, [orders[0].order_id, orders[2].order_id]);
        assert_eq!(decided.act, [(orders[1], Action::Cancel)]);
    }

    #[test]
    fn a_refusal_fits_into_headers_however_many_orders_there_are() {
        let orders = (0..500).map(|n| order(n, "2026-09-02T12:00:00Z", Method::Pickup));
        let problem = OrdersAffected(orders.collect()).to_problem();
        assert_eq!(problem.params["count"], "500");
        assert_eq!(problem.fields.len(), MOST_NAMED);
    }
}
