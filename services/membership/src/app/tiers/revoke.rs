//! Tiers that are taken back, since a refund drops below the condition.

use chassis::{db::TenantTx, error::Problem};
use chrono::{DateTime, Utc};

use super::change::{self, Move, governing};
use crate::{
    domain::tiers::judging::{self, Standing},
    store::{
        completed_orders::CompletedOrder,
        tiers::{members, programmes},
    },
};

/// Judges a tier that was reached lately, after less counts of an order than before.
pub async fn apply(
    tx: &mut TenantTx,
    order: &CompletedOrder,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let all = programmes::list(tx).await?;
    if all.is_empty() {
        return Ok(());
    }
    let Some(joined_at) = members::lock_member(tx, order.member).await? else {
        return Ok(());
    };
    for programme in all {
        let Some(version) = governing(&programme, joined_at, now) else {
            continue;
        };
        let Some(standing) = members::find(tx, programme.id, order.member).await? else {
            continue;
        };
        if !programme.concerns(order.brand) {
            continue;
        }
        let rules = &version.rules.rules;
        let from = judging::counted_from(rules, &standing);
        let counted = members::progress(tx, programme.brand, &[(order.member, from)]).await?;
        let counted = counted.get(&order.member).copied().unwrap_or_default();
        if let Some(left) = judging::revoke(rules, &standing, &counted, now) {
            let moved = Move {
                member: order.member,
                from: standing.tier,
                to: Standing {
                    order: Some(order.id),
                    ..left
                },
                by: None,
            };
            change::save(tx, programme.id, &[moved], now).await?;
        }
    }
    Ok(())
}
