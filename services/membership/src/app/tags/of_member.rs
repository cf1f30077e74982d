//! The tags of a member.

use chassis::{
    db::{StoreError, TenantTx},
    error::{CommonReason, Problem},
    id::{AccountId, MemberId},
};
use chrono::{DateTime, Utc};
use proto::membership::v1::MembershipReason;
use uuid::Uuid;

use crate::{
    domain::tags::MOST_OF_MEMBER,
    store::tags::{self, MemberTag, Origin, TagSource},
};

/// Tags of a member.
pub async fn find(tx: &mut TenantTx, member: MemberId) -> Result<Vec<Uuid>, StoreError> {
    tags::ids_of_member(tx, member).await
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
    if tags::lock_members(tx, &members).await?.is_empty() {
        return Err(Problem::not_found("member"));
    }
    let active = tags::list(tx, false).await?;
    let is_active = |tag: &Uuid| active.iter().any(|known| known.id == *tag);
    if let Some(index) = add.iter().position(|tag| !is_active(tag)) {
        let field = format!("add_tag_ids[{index}]");
        return Err(Problem::not_found("tag").field(field, CommonReason::NotFound));
    }
    let origin = Origin {
        source: TagSource::Manual,
        operator: Some(by),
        batch: None,
        at: now,
    };
    for &tag in remove {
        tags::take(tx, tag, &members, origin).await?;
    }
    for &tag in add {
        tags::give(tx, tag, &members, origin).await?;
    }
    let after = tags::of_member(tx, member).await?;
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
