//! Publishes that what branches can sell has changed.

use std::collections::BTreeSet;

use chassis::{
    db::TenantTx,
    id::{BranchId, SkuId},
    outbox::{self, Event},
};
use proto::capacity::v1::{AvailabilityChanged, LowUnit, StockLow};

use crate::{
    app::{Dependencies, error::Error},
    domain::availability::changes::VisibleChanges,
    store::{self, branches::BranchVersion},
};

/// Publishes one event for all that a transaction changed visibly in a locked branch, and one for the units
/// that fell to their threshold; none without changes. Pauses that waited for restocked units end.
pub async fn publish_changes(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch_id: BranchId,
    changes: &VisibleChanges,
) -> Result<(), Error> {
    let (now, restocked) = (deps.clock.now(), &changes.restocked);
    let resumed =
        !restocked.is_empty() && store::pauses::end_waiting(tx, branch_id, restocked, now).await?;
    if changes.is_empty() && !resumed {
        return Ok(());
    }
    let versions = store::branches::raise_availability(tx, &[branch_id].into(), resumed).await?;
    let mut events = Vec::new();
    for branch in versions {
        events.push(availability_changed(&branch, changes, resumed));
        if !changes.low.is_empty() {
            events.push(stock_low(&branch, changes));
        }
    }
    outbox::publish(tx, &*deps.clock, &events).await?;
    Ok(())
}

/// Publishes that the pauses of locked branches have changed.
pub async fn publish_pauses(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch_ids: &BTreeSet<BranchId>,
) -> Result<(), Error> {
    let versions = store::branches::raise_availability(tx, branch_ids, true).await?;
    let changes = VisibleChanges::default();
    let events: Vec<_> = versions
        .iter()
        .map(|branch| availability_changed(branch, &changes, true))
        .collect();
    if !events.is_empty() {
        outbox::publish(tx, &*deps.clock, &events).await?;
    }
    Ok(())
}

fn availability_changed(branch: &BranchVersion, changes: &VisibleChanges, pauses: bool) -> Event {
    let body = AvailabilityChanged {
        branch_id: branch.branch_id.to_string(),
        brand_id: branch.brand_id.to_string(),
        sku_ids: changes.sku_ids.iter().map(ToString::to_string).collect(),
        times_changed: changes.slots || pauses,
    };
    let branch_id = branch.branch_id.as_uuid();
    Event::new(
        "capacity.availability.changed.v1",
        branch_id,
        branch.version,
        &body,
    )
}

fn stock_low(branch: &BranchVersion, changes: &VisibleChanges) -> Event {
    let unit = |(sku_id, &(available, low_threshold)): (&SkuId, &(i64, i64))| LowUnit {
        sku_id: sku_id.to_string(),
        available,
        low_threshold,
    };
    let body = StockLow {
        branch_id: branch.branch_id.to_string(),
        units: changes.low.iter().map(unit).collect(),
    };
    let branch_id = branch.branch_id.as_uuid();
    Event::new("capacity.stock.low.v1", branch_id, branch.version, &body)
}
