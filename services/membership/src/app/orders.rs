//! Orders, as ordering reports them: each part of membership takes what concerns it.

use chassis::{db::TenantTx, error::Problem, id::MemberId};
use chrono::{DateTime, Utc};
use proto::ordering::v1::{OrderChanged, OrderState};

use super::{Dependencies, benefits, members, points, tags, tiers};
use crate::store;

/// Whether a change of an order may change anything here. That of a guest who uses no benefit does not until the
/// order is completed.
pub fn concerns(event: &OrderChanged) -> bool {
    let Some(change) = &event.change else {
        return true;
    };
    let is_used = change.holds_benefits || !change.member_id.is_empty();
    // A test order counts nowhere.
    !change.test && (is_used || benefits::results::concerns(event))
}

/// Applies a change of an order that concerns membership.
pub async fn apply(
    deps: &Dependencies,
    tx: &mut TenantTx,
    event: &OrderChanged,
) -> Result<(), Problem> {
    let Some(change) = &event.change else {
        return Err(Problem::internal(anyhow::anyhow!(
            "an event of an order says nothing"
        )));
    };
    let now = deps.clock.now();
    // Before members count it, while it is known whether it is a member's first.
    benefits::results::apply(tx, event).await?;
    if change.holds_benefits {
        benefits::orders::apply(tx, event, now).await?;
    }
    if !change.member_id.is_empty() {
        let member = members::orders::apply(tx, event).await?;
        points::orders::apply(tx, event, now).await?;
        tiers::orders::apply(tx, event, now).await?;
        let completed = OrderState::Completed;
        if let Some(member) = member
            && (change.to() == completed || change.from() == completed)
        {
            count_anew(tx, member, now).await?;
        }
    }
    Ok(())
}

/// Counts the orders of a member anew, and sees which automatic tags follow from them. It comes after completed
/// orders and what refunds left of them.
pub async fn count_anew(
    tx: &mut TenantTx,
    member: MemberId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    store::members::recount_orders(tx, member).await?;
    tags::automatic::apply_to(tx, member, now).await
}
