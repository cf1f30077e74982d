//! Tags and who has them.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::{AccountId, MemberId},
};
use chrono::{DateTime, Utc};
use proto::membership::v1 as wire;
use uuid::Uuid;

use crate::domain::tags::MOST_OF_MEMBER;

chassis::text_enum! {
    /// How a member got or lost a tag.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum TagSource: wire::TagSource {
        /// One member, by staff.
        Manual = "manual",
        /// A batch.
        Batch = "batch",
        /// A rule.
        Rule = "rule",
        /// Another tag was merged into it.
        Merge = "merge",
        /// A batch was undone.
        Undo = "undo",
    }
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Name as typed.
    pub name: String,
    /// Name as it is compared.
    pub name_folded: String,
    /// Colour.
    pub colour: String,
    /// Group; empty for none.
    pub group_name: String,
    /// Description.
    pub description: String,
    /// Names before, newest first.
    pub former_names: Vec<String>,
    /// Given to nobody any more.
    pub archived: bool,
    /// Tag that it was merged into.
    pub merged_into: Option<Uuid>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Members who have it.
    pub members: i64,
}

/// Most tags that are listed.
const MOST_LISTED: i64 = 2_000;

/// Lets one change of the organisation's tags go after another.
pub async fn lock_names(tx: &mut TenantTx) -> Result<(), StoreError> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('tags' || $1::text, 0))",
        tx.org().to_string(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Tags by group and name.
pub async fn list(tx: &mut TenantTx, with_archived: bool) -> Result<Vec<Tag>, StoreError> {
    let found = sqlx::query_as!(
        Tag,
        r#"SELECT
             tag.tag_id AS id,
             tag.version, tag.name, tag.name_folded, tag.colour, tag.group_name, tag.description,
             tag.former_names, tag.archived, tag.merged_into, tag.created_at,
             coalesce(owned.members, 0) AS "members!"
         FROM tags AS tag
         LEFT JOIN (
             SELECT tag_id, count(*) AS members
             FROM member_tags
             WHERE org_id = $1
             GROUP BY tag_id
         ) AS owned ON owned.tag_id = tag.tag_id
         WHERE tag.org_id = $1 AND ($2 OR NOT tag.archived)
         ORDER BY tag.group_name, tag.name_folded, tag.tag_id
         LIMIT $3"#,
        tx.org().as_uuid(),
        with_archived,
        MOST_LISTED,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// A tag.
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Tag>, StoreError> {
    let found = sqlx::query_as!(
        Tag,
        r#"SELECT
             tag.tag_id AS id,
             tag.version, tag.name, tag.name_folded, tag.colour, tag.group_name, tag.description,
             tag.former_names, tag.archived, tag.merged_into, tag.created_at,
             (
                 SELECT count(*) FROM member_tags AS owned
                 WHERE owned.org_id = $1 AND owned.tag_id = tag.tag_id
             ) AS "members!"
         FROM tags AS tag
         WHERE tag.org_id = $1 AND tag.tag_id = $2"#,
        tx.org().as_uuid(),
        id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores a new tag.
pub async fn insert(tx: &mut TenantTx, tag: &Tag) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO tags (
             org_id, tag_id, version, name, name_folded, colour, group_name, description, created_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.org().as_uuid(),
        tag.id,
        tag.version,
        tag.name,
        tag.name_folded,
        tag.colour,
        tag.group_name,
        tag.description,
        tag.created_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores a tag as it is, where it is still the version before.
pub async fn update(tx: &mut TenantTx, tag: &Tag) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "UPDATE tags
         SET version = $3, name = $4, name_folded = $5, colour = $6, group_name = $7,
             description = $8, former_names = $9, archived = $10, merged_into = $11
         WHERE org_id = $1 AND tag_id = $2 AND version = $3::bigint - 1",
        tx.org().as_uuid(),
        tag.id,
        tag.version,
        tag.name,
        tag.name_folded,
        tag.colour,
        tag.group_name,
        tag.description,
        &tag.former_names,
        tag.archived,
        tag.merged_into,
    )
    .execute(&mut **tx)
    .await?;
    StoreError::check_row_count("tags", 1, done.rows_affected())
}

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

/// Members with one of these phones.
pub async fn by_phones(tx: &mut TenantTx, phones: &[String]) -> Result<Vec<Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT member_id
         FROM members
         WHERE org_id = $1 AND phone = ANY($2) AND state NOT IN ('merged', 'erased')
         ORDER BY member_id",
        tx.org().as_uuid(),
        phones,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// What is known of members; what is left out does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberFilter {
    /// One of these tiers.
    pub tiers: Vec<Uuid>,
    /// With one of these tags.
    pub tags: Vec<Uuid>,
    /// With none of these tags.
    pub without: Vec<Uuid>,
    /// Joined at or after.
    pub joined_from: Option<DateTime<Utc>>,
    /// Joined before.
    pub joined_until: Option<DateTime<Utc>>,
    /// At least so many completed orders.
    pub min_orders: i64,
    /// Last completed order before.
    pub last_order_before: Option<DateTime<Utc>>,
}

/// Members who meet a filter.
pub async fn by_filter(
    tx: &mut TenantTx,
    filter: &MemberFilter,
    limit: i64,
) -> Result<Vec<Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT member.member_id
         FROM members AS member
         WHERE member.org_id = $1 AND member.state NOT IN ('merged', 'erased')
             AND (cardinality($2::uuid[]) = 0 OR EXISTS (
                 SELECT 1 FROM member_tiers AS standing
                 WHERE standing.org_id = $1 AND standing.member_id = member.member_id
                     AND standing.tier_id = ANY($2)
             ))
             AND (cardinality($3::uuid[]) = 0 OR EXISTS (
                 SELECT 1 FROM member_tags AS owned
                 WHERE owned.org_id = $1 AND owned.member_id = member.member_id
                     AND owned.tag_id = ANY($3)
             ))
             AND NOT EXISTS (
                 SELECT 1 FROM member_tags AS owned
                 WHERE owned.org_id = $1 AND owned.member_id = member.member_id
                     AND owned.tag_id = ANY($4)
             )
             AND ($5::timestamptz IS NULL OR member.joined_at >= $5)
             AND ($6::timestamptz IS NULL OR member.joined_at < $6)
             AND ($7 = 0::bigint OR (
                 SELECT count(*) FROM completed_orders AS completed
                 WHERE completed.org_id = $1 AND completed.member_id = member.member_id
                     AND completed.completed
             ) >= $7)
             AND ($8::timestamptz IS NULL OR (
                 SELECT max(completed.completed_at) FROM completed_orders AS completed
                 WHERE completed.org_id = $1 AND completed.member_id = member.member_id
                     AND completed.completed
             ) < $8)
         ORDER BY member.member_id
         LIMIT $9",
        tx.org().as_uuid(),
        &filter.tiers,
        &filter.tags,
        &filter.without,
        filter.joined_from,
        filter.joined_until,
        filter.min_orders,
        filter.last_order_before,
        limit,
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

/// A batch of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagBatch {
    /// Id.
    pub id: Uuid,
    /// Tag.
    pub tag: Uuid,
    /// Given, or taken.
    pub added: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// Staff.
    pub operator: AccountId,
    /// Members it was for.
    pub matched: i32,
    /// Members it changed.
    pub changed: i32,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
    /// Who undid it.
    pub undone_by: Option<AccountId>,
}

/// Stores a batch.
pub async fn insert_batch(tx: &mut TenantTx, batch: &TagBatch) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO tag_batches (
             org_id, batch_id, tag_id, added, at, operator, matched, changed
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.org().as_uuid(),
        batch.id,
        batch.tag,
        batch.added,
        batch.at,
        batch.operator.as_uuid(),
        batch.matched,
        batch.changed,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A batch, locked.
pub async fn lock_batch(tx: &mut TenantTx, id: Uuid) -> Result<Option<TagBatch>, StoreError> {
    let found = sqlx::query_as!(
        TagBatch,
        r#"SELECT
             batch_id AS id,
             tag_id AS tag,
             added, at,
             operator AS "operator: AccountId",
             matched, changed, undone_at,
             undone_by AS "undone_by: AccountId"
         FROM tag_batches
         WHERE org_id = $1 AND batch_id = $2
         FOR UPDATE"#,
        tx.org().as_uuid(),
        id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Batches before `before`, newest first.
pub async fn list_batches(
    tx: &mut TenantTx,
    tag: Option<Uuid>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<TagBatch>, StoreError> {
    let found = sqlx::query_as!(
        TagBatch,
        r#"SELECT
             batch_id AS id,
             tag_id AS tag,
             added, at,
             operator AS "operator: AccountId",
             matched, changed, undone_at,
             undone_by AS "undone_by: AccountId"
         FROM tag_batches
         WHERE org_id = $1 AND ($2::uuid IS NULL OR tag_id = $2)
             AND ($3::uuid IS NULL OR batch_id < $3)
         ORDER BY batch_id DESC
         LIMIT $4"#,
        tx.org().as_uuid(),
        tag,
        before,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Members whom a batch changed and whose tag nothing else changed since, and how many there were in all.
pub async fn undoable(tx: &mut TenantTx, batch: &TagBatch) -> Result<(Vec<Uuid>, i64), StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             change.member_id,
             NOT EXISTS (
                 SELECT 1 FROM member_tag_changes AS later
                 WHERE later.org_id = $1 AND later.member_id = change.member_id
                     AND later.tag_id = change.tag_id AND later.change_id > change.change_id
             ) AS "latest!"
         FROM member_tag_changes AS change
         WHERE change.org_id = $1 AND change.batch_id = $2 AND change.source = 'batch'
         ORDER BY change.member_id"#,
        tx.org().as_uuid(),
        batch.id,
    )
    .fetch_all(&mut **tx)
    .await?;
    let all = i64::try_from(rows.len())?;
    let latest = rows
        .into_iter()
        .filter(|row| row.latest)
        .map(|row| row.member_id);
    Ok((latest.collect(), all))
}

/// Notes that a batch was undone.
pub async fn note_undone(
    tx: &mut TenantTx,
    batch: Uuid,
    by: AccountId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE tag_batches SET undone_at = $3, undone_by = $4 WHERE org_id = $1 AND batch_id = $2",
        tx.org().as_uuid(),
        batch,
        now,
        by.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
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
