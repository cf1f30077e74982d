//! Booked orders that a change of hours leaves outside: found, and settled as staff decided.
//!
//! What ordering is to do with them leaves with the transaction that saves the hours, as an event of its
//! outbox: the hours and the decisions are saved both or neither, and ordering carries them out.

use chassis::{
    authn::{Actor, Identity, Level},
    db::TenantTx,
    error::{CommonReason, Problem, Violations},
    id::{AccountId, BrandId, DecisionBatchId, OrderId},
    outbox::{self, Event},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1::{DecidedOrder, OrdersDecided};

use crate::{
    app::{Dependencies, error::Error},
    domain::hours::{
        affected_orders::{Action, BookedOrder, Decisions, MOST_NAMED, decide, outside},
        schedule::Schedule,
    },
    store,
    wire::{timestamp, wire_action},
};

/// Decisions that ordering carries out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartedDecisions {
    /// The batch.
    pub batch_id: DecisionBatchId,
    /// Orders in it.
    pub orders: usize,
}

/// A branch's schedule as it would be.
pub type Plan = (chassis::id::BranchId, Schedule);

/// The booked orders that would fall outside these plans, earliest first.
pub async fn find(
    tx: &mut TenantTx,
    now: DateTime<Utc>,
    plans: &[Plan],
) -> Result<Vec<BookedOrder>, Error> {
    let branch_ids: Vec<_> = plans.iter().map(|(branch_id, _)| *branch_id).collect();
    let booked = store::holds::list_booked(tx, &branch_ids, now).await?;
    let mut found = Vec::new();
    for (branch_id, schedule) in plans {
        let of_branch: Vec<_> = booked
            .iter()
            .filter(|order| order.branch_id == *branch_id)
            .copied()
            .collect();
        found.extend(outside(schedule, &of_branch));
    }
    found.sort_by_key(|order| (order.promised_at, order.order_id));
    Ok(found)
}

/// Settles the orders of a brand that fall outside these plans of locked branches: what stays is noted, what
/// is to be cancelled or rescheduled is published. Refuses with `OrdersAffected` while some are undecided, and
/// decisions about orders of other branches or beyond what the caller may do.
pub async fn settle(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    brand_id: BrandId,
    plans: &[Plan],
    decisions: &Decisions,
) -> Result<Option<StartedDecisions>, Error> {
    check_permitted(tx, identity, plans, decisions).await?;
    let found = find(tx, deps.clock.now(), plans).await?;
    let decided = decide(&found, decisions)?;
    keep(tx, &decided.keep).await?;
    if decided.act.is_empty() {
        return Ok(None);
    }
    let Actor::Staff { account, name, .. } = &identity.actor else {
        return Err(Problem::new(CommonReason::PermissionDenied).into());
    };
    let batch_id = DecisionBatchId::new(&*deps.clock);
    let by = DecidedBy {
        account: *account,
        name,
        may_cancel_late: identity.actions.contains("order.cancel_late"),
    };
    let event = orders_decided(
        batch_id,
        brand_id,
        &by,
        &decisions.reschedule_reason,
        &decided.act,
    );
    outbox::publish(tx, &*deps.clock, &[event]).await?;
    Ok(Some(StartedDecisions {
        batch_id,
        orders: decided.act.len(),
    }))
}

/// Cancelling and rescheduling orders takes more than changing hours does. An order that is not held any more is
/// ignored; one of a branch that the change does not concern is not for it to decide.
async fn check_permitted(
    tx: &mut TenantTx,
    identity: &Identity,
    plans: &[Plan],
    decisions: &Decisions,
) -> Result<(), Error> {
    if decisions.by_order.is_empty() {
        return Ok(());
    }
    if decisions.act() && !identity.may("ops.orders", Level::Manage) {
        return Err(Problem::new(CommonReason::PermissionDenied)
            .message("this account may not cancel or reschedule orders")
            .field("decisions.orders", CommonReason::PermissionDenied)
            .into());
    }
    let branch_ids: Vec<_> = plans.iter().map(|(branch_id, _)| *branch_id).collect();
    let order_ids: Vec<_> = decisions.by_order.keys().copied().collect();
    let mut violations = Violations::new();
    let elsewhere = store::holds::list_elsewhere(tx, &branch_ids, &order_ids).await?;
    for order in elsewhere.iter().take(MOST_NAMED) {
        let may_touch = identity.require_branch(order.brand_id, order.branch_id);
        let reason = may_touch.map_or_else(
            |problem| problem.reason,
            |()| CommonReason::ValidationFailed.into(),
        );
        violations.push(
            format!("decisions.orders[order_id={}]", order.order_id),
            reason,
        );
    }
    Ok(violations.into_result()?)
}

async fn keep(tx: &mut TenantTx, order_ids: &[OrderId]) -> Result<(), Error> {
    if !order_ids.is_empty() {
        store::holds::keep_outside(tx, order_ids).await?;
    }
    Ok(())
}

/// Who decided about orders, and what that account may do.
#[derive(Clone, Copy, Debug)]
struct DecidedBy<'a> {
    /// The account.
    account: AccountId,
    /// The name that stands in the history of the orders.
    name: &'a str,
    /// It may cancel orders that are accepted already.
    may_cancel_late: bool,
}

/// Decisions were saved with a change of hours; ordering carries them out.
fn orders_decided(
    batch_id: DecisionBatchId,
    brand_id: BrandId,
    by: &DecidedBy<'_>,
    reschedule_reason: &str,
    orders: &[(BookedOrder, Action)],
) -> Event {
    let order = |(order, action): &(BookedOrder, Action)| {
        let (decision, wanted_at) = wire_action(*action);
        DecidedOrder {
            order_id: order.order_id.to_string(),
            branch_id: order.branch_id.to_string(),
            promised_at: Some(timestamp(order.promised_at)),
            decision: decision.into(),
            wanted_at,
        }
    };
    let body = OrdersDecided {
        batch_id: batch_id.to_string(),
        brand_id: brand_id.to_string(),
        account_id: by.account.to_string(),
        account_name: by.name.to_owned(),
        may_cancel_late: by.may_cancel_late,
        reschedule_reason: reschedule_reason.to_owned(),
        orders: orders.iter().map(order).collect(),
    };
    Event::new("capacity.orders.decided.v1", batch_id.as_uuid(), 1, &body)
}
