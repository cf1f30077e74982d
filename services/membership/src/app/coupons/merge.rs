//! What becomes of coupons when two members are merged.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{MemberId, MemberMergeId},
};
use chrono::{DateTime, Utc};

use crate::store;

/// Moves what `from` has to `into`, and remembers the merging with it. Coupons that are over, and those that an
/// order holds, stay.
pub async fn merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
    _now: DateTime<Utc>,
) -> Result<(), Problem> {
    Ok(store::coupon_moves::move_all(tx, merge, from, into).await?)
}

/// Moves what a merging moved back, as far as it was not used since.
pub async fn undo(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
    _now: DateTime<Utc>,
) -> Result<(), Problem> {
    Ok(store::coupon_moves::move_back(tx, merge, from, into).await?)
}
