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
    outbox,
};

pub use create::{CreatePause, create};
pub use end::{end_due, join_brand, restocked};
pub use known::KnownPauses;
pub use list::{list_ended, list_lasting};
pub use preview::{PreviewPause, preview};
pub use resume::{ResumePause, resume};

use super::{Core, availability::announce::availability_changed, error::Error};
use crate::{domain::availability::notice::Notice, store};

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
    let announced = store::branches::next_pauses(tx, branch_ids).await?;
    let notice = Notice::hours();
    let events: Vec<_> = announced
        .iter()
        .map(|announced| availability_changed(announced, &notice))
        .collect();
    if !events.is_empty() {
        outbox::publish(tx, &*core.clock, &events).await?;
    }
    Ok(())
}
