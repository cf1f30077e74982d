//! 暫停銷售: pausing, resuming, and what it means for a branch meanwhile.

mod create;
mod end;
pub mod known;
mod list;
mod preview;
mod resume;

use std::collections::BTreeSet;

use chassis::id::{BranchId, BrandId};

pub use create::{CreatePause, create};
pub use end::{end_due, join_brand};
pub use list::{list_active, list_ended};
pub use preview::{PreviewPause, preview};
pub use resume::{ResumePause, resume};

/// The branches of a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PauseScope {
    /// These branches, at least one.
    Branches(BTreeSet<BranchId>),
    /// Every branch of a brand.
    Brand(BrandId),
}
