//! Tells the open storefronts that what a branch can sell has changed.

use chassis::{
    db::TenantTx,
    id::{BranchId, SkuId},
    outbox::{self, Event},
};
use proto::capacity::v1::{AvailabilityChanged, LowUnit, StockLow};

use super::{Core, error::Error, pauses};
use crate::{domain::notice::Notice, store};

/// Type of the event.
pub const AVAILABILITY_CHANGED: &str = "capacity.availability.changed.v1";

/// Type of the event.
pub const STOCK_LOW: &str = "capacity.stock.low.v1";

/// Publishes one event for all that a transaction changed visibly, and one for what fell to its
/// threshold; none when nothing was.
pub async fn announce(
    core: &Core,
    tx: &mut TenantTx,
    branch_id: BranchId,
    notice: &Notice,
) -> Result<(), Error> {
    if !notice.restocked.is_empty() {
        pauses::restocked(core, tx, branch_id, &notice.restocked).await?;
    }
    if notice.is_empty() {
        return Ok(());
    }
    let version = store::branches::next_availability(tx, branch_id).await?;
    let body = AvailabilityChanged {
        branch_id: branch_id.to_string(),
        sku_ids: notice.sku_ids.iter().map(ToString::to_string).collect(),
    };
    let mut events = vec![Event::new(
        AVAILABILITY_CHANGED,
        branch_id.as_uuid(),
        version,
        &body,
    )];
    if !notice.low.is_empty() {
        let unit = |(sku_id, &(available, low_threshold)): (&SkuId, &(i64, i64))| LowUnit {
            sku_id: sku_id.to_string(),
            available,
            low_threshold,
        };
        let body = StockLow {
            branch_id: branch_id.to_string(),
            units: notice.low.iter().map(unit).collect(),
        };
        events.push(Event::new(STOCK_LOW, branch_id.as_uuid(), version, &body));
    }
    outbox::publish(tx, &*core.clock, &events).await?;
    Ok(())
}
