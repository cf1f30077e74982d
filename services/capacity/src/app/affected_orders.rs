//! Booked orders that a change of hours leaves outside: found, and settled as staff decided.

use chassis::{authn::Identity, db::TenantTx, error::Violations, id::OrderId};
use chrono::{DateTime, Utc};

use super::error::Error;
use crate::{
    domain::{
        affected::{BookedOrder, Decisions, MOST_NAMED, decide, outside},
        calendar::Schedule,
    },
    store,
};

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

/// Settles the orders that fall outside these plans of locked branches: what stays is noted, what is to be
/// cancelled is told to the caller. Refuses with `OrdersAffected` while some are undecided, and decisions
/// about orders of other branches.
pub async fn settle(
    tx: &mut TenantTx,
    identity: &Identity,
    now: DateTime<Utc>,
    plans: &[Plan],
    decisions: &Decisions,
) -> Result<Vec<BookedOrder>, Error> {
    judge(tx, identity, plans, decisions).await?;
    let found = find(tx, now, plans).await?;
    let decided = decide(&found, decisions)?;
    keep(tx, &decided.keep).await?;
    Ok(decided.cancel)
}

/// An order that is not held any more is in nobody's way; one of a branch that the change does not concern
/// is not for it to decide: the caller acts on what is decided here.
async fn judge(
    tx: &mut TenantTx,
    identity: &Identity,
    plans: &[Plan],
    decisions: &Decisions,
) -> Result<(), Error> {
    if decisions.by_order.is_empty() {
        return Ok(());
    }
    let branch_ids: Vec<_> = plans.iter().map(|(branch_id, _)| *branch_id).collect();
    let order_ids: Vec<_> = decisions.by_order.keys().copied().collect();
    let mut violations = Violations::new();
    let elsewhere = store::holds::list_elsewhere(tx, &branch_ids, &order_ids).await?;
    for order in elsewhere.iter().take(MOST_NAMED) {
        let may_touch = identity.require_branch(order.brand_id, order.branch_id);
        let reason =
            may_touch.map_or_else(|problem| problem.reason, |()| "VALIDATION_FAILED".into());
        violations.push(format!("decisions[order_id={}]", order.order_id), reason);
    }
    Ok(violations.into_result()?)
}

async fn keep(tx: &mut TenantTx, order_ids: &[OrderId]) -> Result<(), Error> {
    if !order_ids.is_empty() {
        store::holds::keep_outside(tx, order_ids).await?;
    }
    Ok(())
}
