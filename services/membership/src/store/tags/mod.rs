//! Tags.

pub mod batches;
pub mod filter;
pub mod owners;
pub mod rules;

use chassis::db::{StoreError, TenantTx};
use chrono::{DateTime, Utc};
use prost::Message as _;
use proto::membership::v1 as wire;
use uuid::Uuid;

use crate::domain::tag_rule::TagRule;

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
#[derive(Clone, Debug, PartialEq)]
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
    /// Rule that says who has it, of an automatic tag.
    pub rule: Option<OwnRule>,
}

/// The rule of an automatic tag.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnRule {
    /// What it says.
    pub rule: TagRule,
    /// It does not act.
    pub paused: bool,
    /// When it was last applied to all members.
    pub applied_at: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    version: i64,
    name: String,
    name_folded: String,
    colour: String,
    group_name: String,
    description: String,
    former_names: Vec<String>,
    archived: bool,
    merged_into: Option<Uuid>,
    created_at: DateTime<Utc>,
    members: i64,
    rule: Option<Vec<u8>>,
    paused: Option<bool>,
    applied_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Tag {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let rule = row.rule.map(|rule| read_rule(row.id, &rule)).transpose()?;
        Ok(Self {
            id: row.id,
            version: row.version,
            name: row.name,
            name_folded: row.name_folded,
            colour: row.colour,
            group_name: row.group_name,
            description: row.description,
            former_names: row.former_names,
            archived: row.archived,
            merged_into: row.merged_into,
            created_at: row.created_at,
            members: row.members,
            rule: rule.map(|rule| OwnRule {
                rule,
                paused: row.paused.unwrap_or(false),
                applied_at: row.applied_at,
            }),
        })
    }
}

/// A stored rule.
fn read_rule(tag: Uuid, bytes: &[u8]) -> Result<TagRule, StoreError> {
    let rule = wire::TagRule::decode(bytes).ok();
    let rule = rule.as_ref().and_then(TagRule::stored);
    rule.ok_or_else(|| StoreError::inconsistent("tag_rules", "rule", tag))
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
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT
             tag.tag_id AS id,
             tag.version, tag.name, tag.name_folded, tag.colour, tag.group_name, tag.description,
             tag.former_names, tag.archived, tag.merged_into, tag.created_at,
             coalesce(owned.members, 0) AS "members!",
             automatic.rule AS "rule?",
             automatic.paused AS "paused?",
             automatic.applied_at AS "applied_at?"
         FROM tags AS tag
         LEFT JOIN tag_rules AS automatic
             ON automatic.org_id = tag.org_id AND automatic.tag_id = tag.tag_id
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
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A tag.
pub async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Tag>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT
             tag.tag_id AS id,
             tag.version, tag.name, tag.name_folded, tag.colour, tag.group_name, tag.description,
             tag.former_names, tag.archived, tag.merged_into, tag.created_at,
             (
                 SELECT count(*) FROM member_tags AS owned
                 WHERE owned.org_id = $1 AND owned.tag_id = tag.tag_id
             ) AS "members!",
             automatic.rule AS "rule?",
             automatic.paused AS "paused?",
             automatic.applied_at AS "applied_at?"
         FROM tags AS tag
         LEFT JOIN tag_rules AS automatic
             ON automatic.org_id = tag.org_id AND automatic.tag_id = tag.tag_id
         WHERE tag.org_id = $1 AND tag.tag_id = $2"#,
        tx.org().as_uuid(),
        id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
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
