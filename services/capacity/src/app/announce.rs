//! Tells the open storefronts that what a branch can sell has changed.

use chassis::{
    db::TenantTx,
    id::BranchId,
    outbox::{self, Event},
};
use proto::capacity::v1::AvailabilityChanged;

use super::{Core, error::Error};
use crate::{domain::notice::Notice, store};

/// Type of the event.
pub const AVAILABILITY_CHANGED: &str = "capacity.availability.changed.v1";

/// Publishes one event for all that a transaction changed visibly, none when nothing was.
pub async fn announce(
    core: &Core,
    tx: &mut TenantTx,
    branch_id: BranchId,
    notice: &Notice,
) -> Result<(), Error> {
    if notice.is_empty() {
        return Ok(());
    }
    let version = store::branches::next_availability(tx, branch_id).await?;
    let body = AvailabilityChanged {
        branch_id: branch_id.to_string(),
        sku_ids: notice.sku_ids.iter().map(ToString::to_string).collect(),
    };
    let event = Event::new(AVAILABILITY_CHANGED, branch_id.as_uuid(), version, &body);
    outbox::publish(tx, &*core.clock, &[event]).await?;
    Ok(())
}
