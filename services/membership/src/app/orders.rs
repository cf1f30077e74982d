//! Orders, as ordering reports them: each part of membership takes what concerns it.

use chassis::{db::TenantTx, error::Problem};
use proto::ordering::v1::OrderChanged;

use super::{Dependencies, benefits, members, points, tiers};

/// Applies a change of an order. An order of a guest that holds no benefit and carries no promotion costs no
/// statement.
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
    // A test order counts nowhere.
    if change.test {
        return Ok(());
    }
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
