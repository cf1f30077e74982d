//! Members in lists, with what other parts know of them.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};
use uuid::Uuid;

use crate::{
    app::{points, tags, tiers},
    domain::member::Member,
    store,
};

/// A member as lists show one.
#[derive(Clone, Debug)]
pub struct Row {
    /// The member.
    pub member: Member,
    /// Points that can be used.
    pub points: i32,
    /// Tier.
    pub tier: Option<Uuid>,
    /// Tags.
    pub tags: Vec<Uuid>,
}

/// Members with what other parts know of them, in the same order.
pub async fn rows(tx: &mut TenantTx, members: Vec<Member>) -> Result<Vec<Row>, StoreError> {
    let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
    let points = points::of_members::find(tx, &ids).await?;
    let tiers = tiers::of_members::find(tx, &ids).await?;
    let mut tags = tags::of_members::find(tx, &ids).await?;
    let row = |member: Member| Row {
        points: points.get(&member.id).copied().unwrap_or_default(),
        tier: tiers.get(&member.id).copied(),
        tags: tags.remove(&member.id).unwrap_or_default(),
        member,
    };
    Ok(members.into_iter().map(row).collect())
}

/// One member with what other parts know of it.
pub async fn row(tx: &mut TenantTx, member: Member) -> Result<Row, StoreError> {
    let rows = rows(tx, vec![member]).await?;
    let row = rows.into_iter().next();
    Ok(row.expect("as many rows as members"))
}

/// Members with these ids, in the order of ids given; those that are not there are left out.
pub async fn load(tx: &mut TenantTx, ids: &[MemberId]) -> Result<Vec<Row>, StoreError> {
    let uuids: Vec<Uuid> = ids.iter().map(MemberId::as_uuid).collect();
    let found = store::members::list(tx, &uuids).await?;
    let mut found: HashMap<MemberId, Member> = found
        .into_iter()
        .map(|member| (member.id, member))
        .collect();
    let members = ids.iter().filter_map(|id| found.remove(id)).collect();
    rows(tx, members).await
}
