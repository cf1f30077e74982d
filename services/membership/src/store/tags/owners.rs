//! Members and their tags.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::{AccountId, MemberId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::TagSource;
use crate::domain::tags::MOST_OF_MEMBER;

/// A tag that a member has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberTag {
    /// Tag.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Colour.
    pub colour: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How it was given.
    pub source: TagSource,
    /// Staff who gave it.
    pub operator: Option<AccountId>,
}

/// Tags of a member by name.
pub async fn of_member(tx: &mut TenantTx, member: MemberId) -> Result<Vec<MemberTag>, StoreError> {
    let found = sqlx::query_as!(
        MemberTag,
        r#"SELECT
             tag.tag_id AS id,
             tag.name, tag.colour, owned.since,
             owned.source AS "source: TagSource",
             owned.operator AS "operator: AccountId"
         FROM member_tags AS owned
         JOIN tags AS tag ON (tag.org_id, tag.tag_id) = (owned.org_id, owned.tag_id)
         WHERE owned.org_id = $1 AND owned.member_id = $2
         ORDER BY tag.name_folded, tag.tag_id"#,
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Ids of the tags of a member.
pub async fn ids_of_member(tx: &mut TenantTx, member: MemberId) -> Result<Vec<Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT tag_id FROM member_tags WHERE org_id = $1 AND member_id = $2 ORDER BY tag_id",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// A change of a member's tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagChange {
    /// When.
    pub at: DateTime<Utc>,
    /// Tag.
    pub tag: Uuid,
    /// Its name now.
    pub name: String,
    /// Given, or taken.
    pub added: bool,
    /// How.
    pub source: TagSource,
    /// Staff.
    pub operator: Option<AccountId>,
    /// Batch.
    pub batch: Option<Uuid>,
}

/// Changes of a member's tags, newest first.
pub async fn changes_of_member(
    tx: &mut TenantTx,
    member: MemberId,
    limit: i64,
) -> Result<Vec<TagChange>, StoreError> {
    let found = sqlx::query_as!(
        TagChange,
        r#"SELECT
             change.at,
             change.tag_id AS tag,
             tag.name, change.added,
             change.source AS "source: TagSource",
             change.operator AS "operator: AccountId",
             change.batch_id AS batch
         FROM member_tag_changes AS change
         JOIN tags AS tag ON (tag.org_id, tag.tag_id) = (change.org_id, change.tag_id)
         WHERE change.org_id = $1 AND change.member_id = $2
         ORDER BY change.change_id DESC
         LIMIT $3"#,
        tx.org().as_uuid(),
        member.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Why tags change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// How.
    pub source: TagSource,
    /// Staff.
    pub operator: Option<AccountId>,
    /// Batch.
    pub batch: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Gives a tag to those of the members who have it not and have fewer than the most tags: how many.
pub async fn give(
    tx: &mut TenantTx,
    tag: Uuid,
    members: &[Uuid],
    origin: Origin,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "WITH given AS (
             INSERT INTO member_tags (org_id, member_id, tag_id, since, source, operator, batch_id)
             SELECT $1, asked.member_id, $2, $4, $5, $6, $7
             FROM unnest($3::uuid[]) AS asked (member_id)
             WHERE (
                 SELECT count(*) FROM member_tags AS owned
                 WHERE owned.org_id = $1 AND owned.member_id = asked.member_id
             ) < $8
             ON CONFLICT DO NOTHING
             RETURNING member_id
         )
         INSERT INTO member_tag_changes (
             org_id, member_id, tag_id, at, added, source, operator, batch_id
         )
         SELECT $1, member_id, $2, $4, true, $5, $6, $7
         FROM given",
        tx.org().as_uuid(),
        tag,
        members,
        origin.at,
        origin.source.as_str(),
        origin.operator.map(|id| id.as_uuid()),
        origin.batch,
        MOST_OF_MEMBER,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Takes a tag from those of the members who have it: how many.
pub async fn take(
    tx: &mut TenantTx,
    tag: Uuid,
    members: &[Uuid],
    origin: Origin,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "WITH taken AS (
             DELETE FROM member_tags
             WHERE org_id = $1 AND tag_id = $2 AND member_id = ANY($3)
             RETURNING member_id
         )
         INSERT INTO member_tag_changes (
             org_id, member_id, tag_id, at, added, source, operator, batch_id
         )
         SELECT $1, member_id, $2, $4, false, $5, $6, $7
         FROM taken",
        tx.org().as_uuid(),
        tag,
        members,
        origin.at,
        origin.source.as_str(),
        origin.operator.map(|id| id.as_uuid()),
        origin.batch,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Members who have a tag.
pub async fn members_of(tx: &mut TenantTx, tag: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT member_id FROM member_tags WHERE org_id = $1 AND tag_id = $2 ORDER BY member_id",
        tx.org().as_uuid(),
        tag,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Locks members, so that the count of their tags holds until the transaction ends: those who are there.
pub async fn lock_members(tx: &mut TenantTx, members: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT member_id
         FROM members
         WHERE org_id = $1 AND member_id = ANY($2) AND state NOT IN ('merged', 'erased')
         ORDER BY member_id
         FOR NO KEY UPDATE",
        tx.org().as_uuid(),
        members,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Of these members, how many have a tag, and how many have it not but as many tags as they may.
pub async fn count_owners(
    tx: &mut TenantTx,
    tag: Uuid,
    members: &[Uuid],
) -> Result<(i64, i64), StoreError> {
    let row = sqlx::query!(
        r#"SELECT
             count(*) FILTER (WHERE owns) AS "owners!",
             count(*) FILTER (WHERE NOT owns AND tags >= $4) AS "full!"
         FROM (
             SELECT
                 count(*) AS tags,
                 bool_or(tag_id = $2) AS owns
             FROM member_tags
             WHERE org_id = $1 AND member_id = ANY($3)
             GROUP BY member_id
         ) AS owned"#,
        tx.org().as_uuid(),
        tag,
        members,
        MOST_OF_MEMBER,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.owners, row.full))
}

/// Ids of the tags of members.
pub async fn ids_of_members(
    tx: &mut TenantTx,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<Uuid>>, StoreError> {
    let ids: Vec<Uuid> = members.iter().map(|id| id.as_uuid()).collect();
    let rows = sqlx::query!(
        r#"SELECT member_id AS "member_id: MemberId", tag_id
         FROM member_tags
         WHERE org_id = $1 AND member_id = ANY($2)
         ORDER BY member_id, tag_id"#,
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut found = HashMap::<MemberId, Vec<Uuid>>::new();
    for row in rows {
        found.entry(row.member_id).or_default().push(row.tag_id);
    }
    Ok(found)
}

/// Tags that a merging gave a member and that nothing changed since.
pub async fn given_by_merge(
    tx: &mut TenantTx,
    member: MemberId,
    merge: Uuid,
) -> Result<Vec<Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT tag_id
         FROM member_tags
         WHERE org_id = $1 AND member_id = $2 AND batch_id = $3 AND source = 'merge'
         ORDER BY tag_id",
        tx.org().as_uuid(),
        member.as_uuid(),
        merge,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}
