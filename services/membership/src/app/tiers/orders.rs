//! What orders count towards tiers.

use chassis::{db::TenantTx, error::Problem, id::OrderId};
use chrono::{DateTime, Utc};
use proto::ordering::v1::{OrderChanged, OrderState};

use super::{
    change::{self, Move, governing},
    revoke,
};
use crate::{
    domain::tiers::judging::{self, Standing},
    store::{
        completed_orders,
        tiers::{members, programmes},
    },
};

/// Counts a completed order of a member, and takes it back when the completion is undone; any number of times and
/// in any order. What is counted are the completed orders as they are, so it comes after them.
pub async fn apply(
    tx: &mut TenantTx,
    event: &OrderChanged,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let Some(change) = &event.change else {
        return Ok(());
    };
    let completed = change.to() == OrderState::Completed;
    if !completed && change.from() != OrderState::Completed {
        return Ok(());
    }
    let all = programmes::list(tx).await?;
    if all.is_empty() {
        return Ok(());
    }
    let id: OrderId = change.order_id.parse().map_err(anyhow::Error::from)?;
    let Some(order) = completed_orders::lock(tx, id).await? else {
        return Ok(());
    };
    if !order.completed {
        return revoke::apply(tx, &order, now).await;
    }
    let Some(joined_at) = members::lock_member(tx, order.member).await? else {
        return Ok(());
    };
    for programme in all {
        let Some(version) = governing(&programme, joined_at, now) else {
            continue;
        };
        if !programme.concerns(order.brand) {
            continue;
        }
        let rules = &version.rules.rules;
        let standing = members::find(tx, programme.id, order.member).await?;
        let standing = standing.unwrap_or_else(|| Standing::base(rules));
        let from = rules.window_start(now, standing.since);
        let counted = members::progress(tx, programme.brand, &[(order.member, from)]).await?;
        let counted = counted.get(&order.member).copied().unwrap_or_default();
        if let Some(reached) = judging::reach(rules, &standing, &counted, id, now) {
            let moved = Move {
                member: order.member,
                from: standing.tier,
                to: reached,
                by: None,
            };
            change::save(tx, programme.id, &[moved], now).await?;
        }
    }
    Ok(())
}
