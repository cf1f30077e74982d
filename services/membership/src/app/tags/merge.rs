//! What becomes of tags when two members are merged.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{MemberId, MemberMergeId},
};
use chrono::{DateTime, Utc};

use crate::store::tags::{
    TagSource,
    owners::{self, Origin},
};

/// Gives `into` the tags of `from`, which keeps its own.
pub async fn merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    for tag in owners::ids_of_member(tx, from).await? {
        owners::give(tx, tag, &[into.as_uuid()], origin(merge, now)).await?;
    }
    Ok(())
}

/// Takes the tags from `into` that a merging gave it and that nothing changed since.
pub async fn undo(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    _from: MemberId,
    into: MemberId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    for tag in owners::given_by_merge(tx, into, merge.as_uuid()).await? {
        owners::take(tx, tag, &[into.as_uuid()], origin(merge, now)).await?;
    }
    Ok(())
}

fn origin(merge: MemberMergeId, now: DateTime<Utc>) -> Origin {
    Origin {
        source: TagSource::Merge,
        operator: None,
        batch: Some(merge.as_uuid()),
        at: now,
    }
}
