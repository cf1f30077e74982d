//! 暫停銷售: pausing, resuming, and what it means for a branch meanwhile.

mod create;
mod end;
mod known;
mod list;
mod preview;
mod resume;

use std::collections::BTreeSet;

use chassis::{
    db::TenantTx,
    id::{BranchId, BrandId},
    outbox::{self, Event},
};
use proto::capacity::v1::AvailabilityChanged;

pub use create::{CreatePause, create};
pub use end::{end_due, join_brand, restocked};
pub use known::KnownPauses;
pub use list::{list_ended, list_lasting};
pub use preview::{PreviewPause, preview};
pub use resume::{ResumePause, resume};

use super::{Core, announce::AVAILABILITY_CHANGED, error::Error};
use crate::store;

/// How far a pause reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// These branches, at least one.
    Branches(BTreeSet<BranchId>),
    /// Every branch of a brand.
    Brand(BrandId),
}

/// Raises the versions of locked branches whose pauses changed, and tells their storefronts.
async fn announce(
    core: &Core,
    tx: &mut TenantTx,
    branch_ids: &BTreeSet<BranchId>,
) -> Result<(), Error> {
    let versions = store::branches::next_pauses(tx, branch_ids).await?;
    let events: Vec<_> = versions
        .into_iter()
        .map(|(branch_id, version)| {
            let body = AvailabilityChanged {
                branch_id: branch_id.to_string(),
                ..AvailabilityChanged::default()
            };
            Event::new(AVAILABILITY_CHANGED, branch_id.as_uuid(), version, &body)
        })
        .collect();
    if !events.is_empty() {
        outbox::publish(tx, &*core.clock, &events).await?;
    }
    Ok(())
}
