//! The tags of a member.

use chassis::{
    db::{StoreError, TenantTx},
    error::{CommonReason, Problem},
    id::{AccountId, MemberId},
};
use chrono::{DateTime, Utc};
use proto::membership::v1::MembershipReason;
use uuid::Uuid;

use super::automatic;
use crate::{
    domain::tags::MOST_OF_MEMBER,
    store::tags::{
        self, TagSource,
        owners::{self, MemberTag, Origin},
    },
};

/// Tags of a member.
pub async fn find(tx: &mut TenantTx, member: MemberId) -> Result<Vec<Uuid>, StoreError> {
    owners::ids_of_member(tx, member).await
}

/// Gives tags to a member and takes others: the tags after it.
pub async fn change(
    tx: &mut TenantTx,
    member: MemberId,
    add: &[Uuid],
    remove: &[Uuid],
    by: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<MemberTag>, Problem> {
    let members = [member.as_uuid()];
    if owners::lock_members(tx, &members).await?.is_empty() {
        return Err(Problem::not_found("member"));
    }
    let active = tags::list(tx, false).await?;
    let is_active = |tag: &Uuid| active.iter().any(|known| known.id == *tag);
    if let Some(index) = add.iter().position(|tag| !is_active(tag)) {
        let field = format!("add_tag_ids[{index}]");
        return Err(Problem::not_found("tag").field(field, CommonReason::NotFound));
    }
    automatic::require_manual(tx, add, |index| format!("add_tag_ids[{index}]")).await?;
    automatic::require_manual(tx, remove, |index| format!("remove_tag_ids[{index}]")).await?;
    let origin = Origin {
        source: TagSource::Manual,
        operator: Some(by),
        batch: None,
        at: now,
    };
    for &tag in remove {
        owners::take(tx, tag, &members, origin).await?;
    }
    for &tag in add {
        owners::give(tx, tag, &members, origin).await?;
    }
    let after = owners::of_member(tx, member).await?;
    if add
        .iter()
        .any(|tag| !after.iter().any(|owned| owned.id == *tag))
    {
        let reason = MembershipReason::MemberTagLimit;
        let most = [("max", MOST_OF_MEMBER)];
        return Err(Problem::new(reason)
            .param("max", MOST_OF_MEMBER)
            .field_with("add_tag_ids", reason, most));
    }
    Ok(after)
}
