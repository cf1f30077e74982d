//! Replaces a branch's weekly hours and slot settings.

use chassis::{authn::Identity, id::BranchId, id::OrganisationId};
use chrono::TimeDelta;

use super::{Core, announce::announce, error::Error, find_branch::lock_branch};
use crate::{
    domain::{hours::Hours, notice::Notice},
    store,
};

/// Slots that began this long ago may still be going on.
const LONGEST_SLOT: TimeDelta = TimeDelta::hours(1);

/// Replaces the hours read at `version`, and tells the next version.
///
/// Bookings stay as they are: a lowered limit leaves its surplus as overbooked, a new slot length
/// leaves old bookings in their slots. Refuses with `VersionConflict` and `BranchUnknown`.
pub async fn set_hours(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
    hours: &Hours,
    version: i64,
) -> Result<i64, Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = lock_branch(&mut tx, identity, branch_id).await?;
    if branch.hours_version != version {
        return Err(Error::VersionConflict {
            given: version,
            current: branch.hours_version,
        });
    }
    let next = store::hours::replace(&mut tx, branch_id, hours, version).await?;
    let from = core.clock.now() - LONGEST_SLOT;
    store::slots::set_limit(&mut tx, branch_id, from, hours.max_orders_per_slot).await?;
    announce(
        core,
        &mut tx,
        branch_id,
        &Notice {
            slots: true,
            ..Notice::default()
        },
    )
    .await?;
    tx.commit().await?;
    core.availabilities.forget(org, branch_id);
    Ok(next)
}
