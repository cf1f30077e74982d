//! What becomes of what an order holds.

use chassis::{db::TenantTx, error::Problem};
use chrono::{DateTime, Utc};
use proto::ordering::v1::OrderChanged;

/// Confirms, keeps or releases what an order holds; any number of times and in any order.
pub async fn apply(
    _tx: &mut TenantTx,
    _event: &OrderChanged,
    _now: DateTime<Utc>,
) -> Result<(), Problem> {
    Ok(())
}
