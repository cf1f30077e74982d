//! Orders, as ordering reports them: each part of membership takes what concerns it.

use chassis::{db::TenantTx, error::Problem};
use proto::ordering::v1::OrderChanged;

use super::{Dependencies, benefits, members, points, tiers};

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
        members::orders::apply(tx, event).await?;
        points::orders::apply(tx, event, now).await?;
        tiers::orders::apply(tx, event, now).await?;
    }
    Ok(())
}
