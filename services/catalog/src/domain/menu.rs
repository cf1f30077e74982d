//! Published menus: immutable, one per branch and version.

use chassis::id::{BranchId, MenuVersionId};
use chrono::{DateTime, Utc};

use super::{branch::Branch, brand::Brand, catalogue::Catalogue};

/// How many days every version is kept.
pub const KEPT_DAYS: i64 = 90;
/// How many of a branch's newest versions are kept however old they are. The present one is always
/// among them; an order carries its own lines and needs none.
pub const KEPT_VERSIONS: i64 = 30;

/// A published menu of one branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    /// Id of the version.
    pub id: MenuVersionId,
    /// Number of the version in the branch, from 1.
    pub number: i64,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Brand as it was.
    pub brand: Brand,
    /// Branch as it was.
    pub branch: Branch,
    /// What can be ordered.
    pub content: Catalogue,
}

/// A line of the list of published versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Id.
    pub id: MenuVersionId,
    /// Branch.
    pub branch_id: BranchId,
    /// Number in the branch.
    pub number: i64,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Name of who published.
    pub published_by: String,
    /// Products on it.
    pub product_count: i32,
}
