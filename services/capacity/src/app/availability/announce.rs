//! Tells the open storefronts that what a branch can sell has changed.

use chassis::{
    db::TenantTx,
    id::{BranchId, OrderId, SkuId},
    outbox::{self, Event},
};
use proto::capacity::v1::{AvailabilityChanged, HoldGone, LowUnit, StockLow};

use crate::{
    app::{Core, error::Error, pauses},
    domain::availability::notice::Notice,
    store::{self, branches::Announced},
};

/// Type of the event.
const AVAILABILITY_CHANGED: &str = "capacity.availability.changed.v1";

/// Type of the event.
const STOCK_LOW: &str = "capacity.stock.low.v1";

/// Type of the event.
const HOLD_GONE: &str = "capacity.hold.gone.v1";

/// Tells of orders that exist although their holds were given back, so that they are cancelled.
pub async fn tell_gone(
    core: &Core,
    tx: &mut TenantTx,
    orders: &[(BranchId, OrderId)],
) -> Result<(), Error> {
    let events: Vec<_> = orders
        .iter()
        .map(|&(branch_id, order_id)| hold_gone(branch_id, order_id))
        .collect();
    if !events.is_empty() {
        outbox::publish(tx, &*core.clock, &events).await?;
    }
    Ok(())
}

/// The event that an order's hold was given back although the order exists.
pub fn hold_gone(branch_id: BranchId, order_id: OrderId) -> Event {
    let body = HoldGone {
        order_id: order_id.to_string(),
        branch_id: branch_id.to_string(),
    };
    Event::new(HOLD_GONE, order_id.as_uuid(), 1, &body)
}

/// The event that what a branch can sell has changed.
pub fn availability_changed(announced: &Announced, notice: &Notice) -> Event {
    let body = AvailabilityChanged {
        branch_id: announced.branch_id.to_string(),
        brand_id: announced.brand_id.to_string(),
        sku_ids: notice.sku_ids.iter().map(ToString::to_string).collect(),
        times_changed: notice.slots,
    };
    let branch_id = announced.branch_id.as_uuid();
    Event::new(AVAILABILITY_CHANGED, branch_id, announced.version, &body)
}

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
    let announced = store::branches::next_availability(tx, branch_id).await?;
    let version = announced.version;
    let mut events = vec![availability_changed(&announced, notice)];
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
