//! What becomes of coupons when two members are merged.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{MemberId, MemberMergeId},
};
use chrono::{DateTime, Utc};

/// Moves what `from` has to `into`, and remembers the merging with it.
pub async fn merge(
    _tx: &mut TenantTx,
    _merge: MemberMergeId,
    _from: MemberId,
    _into: MemberId,
    _now: DateTime<Utc>,
) -> Result<(), Problem> {
    Ok(())
}

/// Moves what a merging moved back, as far as it was not used since.
pub async fn undo(
    _tx: &mut TenantTx,
    _merge: MemberMergeId,
    _from: MemberId,
    _into: MemberId,
    _now: DateTime<Utc>,
) -> Result<(), Problem> {
    Ok(())
}
