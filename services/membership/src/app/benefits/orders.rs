//! What becomes of what an order holds.

use chassis::{db::TenantTx, error::Problem};
use chrono::{DateTime, Utc};
use proto::ordering::v1::OrderChanged;

use super::settle::settle;
use crate::domain::benefits::hold::Claim;

/// Confirms, keeps or releases what an order holds; any number of times and in any order.
pub async fn apply(
    tx: &mut TenantTx,
    event: &OrderChanged,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let Some(change) = &event.change else {
        return Ok(());
    };
    let Some(claim) = Claim::of(change.to()) else {
        return Ok(());
    };
    let order = change.order_id.parse().map_err(anyhow::Error::from)?;
    settle(tx, order, claim, change.version, now).await
}
