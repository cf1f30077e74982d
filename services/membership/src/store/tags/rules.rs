//! Rules of automatic tags, and whom they are met by.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::OrganisationId,
};
use chrono::{DateTime, Utc};
use prost::Message as _;
use uuid::Uuid;

use super::read_rule;
use crate::domain::tag_rule::TagRule;

/// Stores the rule of a tag, which is applied to all members at `round_at`; never while it is paused.
pub async fn upsert(
    tx: &mut TenantTx,
    tag: Uuid,
    rule: &TagRule,
    round_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO tag_rules (org_id, tag_id, rule, paused, round_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (org_id, tag_id) DO UPDATE
         SET rule = excluded.rule, paused = excluded.paused, round_at = excluded.round_at,
             after_member = NULL, given_batch_id = NULL, taken_batch_id = NULL",
        tx.org().as_uuid(),
        tag,
        rule.wire().encode_to_vec(),
        round_at.is_none(),
        round_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Pauses the rule of a tag, where it has one.
pub async fn pause(tx: &mut TenantTx, tag: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE tag_rules
         SET paused = true, round_at = NULL, after_member = NULL, given_batch_id = NULL,
             taken_batch_id = NULL
         WHERE org_id = $1 AND tag_id = $2",
        tx.org().as_uuid(),
        tag,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes the rule of a tag, where it has one.
pub async fn delete(tx: &mut TenantTx, tag: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM tag_rules WHERE org_id = $1 AND tag_id = $2",
        tx.org().as_uuid(),
        tag,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Of these tags, those that are automatic.
pub async fn automatic(tx: &mut TenantTx, tags: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT tag_id FROM tag_rules WHERE org_id = $1 AND tag_id = ANY($2)",
        tx.org().as_uuid(),
        tags,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Rules that act, by their tags.
pub async fn list_active(tx: &mut TenantTx) -> Result<Vec<(Uuid, TagRule)>, StoreError> {
    let rows = sqlx::query!(
        "SELECT tag_id, rule
         FROM tag_rules
         WHERE org_id = $1 AND NOT paused
         ORDER BY tag_id",
        tx.org().as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let rules = rows
        .into_iter()
        .map(|row| Ok((row.tag_id, read_rule(row.tag_id, &row.rule)?)));
    rules.collect()
}

/// Tags of all organisations whose rule is to be applied to all members.
pub async fn tags_with_round(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
) -> Result<Vec<(OrganisationId, Uuid)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT org_id AS "org: OrganisationId", tag_id
         FROM tag_rules
         WHERE round_at <= $1
         ORDER BY round_at"#,
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.tag_id)).collect())
}

/// A round of a rule over all members, as far as it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// The rule.
    pub rule: TagRule,
    /// The last member it looked at.
    pub after: Option<Uuid>,
    /// Batch of the members who got the tag.
    pub given: Option<Uuid>,
    /// Batch of the members who lost it.
    pub taken: Option<Uuid>,
}

/// The round of a rule that is due, locked; none where another process has it.
pub async fn lock_round(
    tx: &mut TenantTx,
    tag: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Round>, StoreError> {
    let row = sqlx::query!(
        "SELECT rule, after_member, given_batch_id, taken_batch_id
         FROM tag_rules
         WHERE org_id = $1 AND tag_id = $2 AND round_at <= $3
         FOR UPDATE SKIP LOCKED",
        tx.org().as_uuid(),
        tag,
        now,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let round = row.map(|row| {
        Ok(Round {
            rule: read_rule(tag, &row.rule)?,
            after: row.after_member,
            given: row.given_batch_id,
            taken: row.taken_batch_id,
        })
    });
    round.transpose()
}

/// Locks the rule of a tag, so that a round of it goes after what this transaction does.
pub async fn lock(tx: &mut TenantTx, tag: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "SELECT FROM tag_rules WHERE org_id = $1 AND tag_id = $2 FOR UPDATE",
        tx.org().as_uuid(),
        tag,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores how far a round has come.
pub async fn save_round(tx: &mut TenantTx, tag: Uuid, round: &Round) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE tag_rules
         SET after_member = $3, given_batch_id = $4, taken_batch_id = $5
         WHERE org_id = $1 AND tag_id = $2",
        tx.org().as_uuid(),
        tag,
        round.after,
        round.given,
        round.taken,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends a round; the next begins at `next`.
pub async fn end_round(
    tx: &mut TenantTx,
    tag: Uuid,
    now: DateTime<Utc>,
    next: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE tag_rules
         SET round_at = $4, applied_at = $3, after_member = NULL, given_batch_id = NULL,
             taken_batch_id = NULL
         WHERE org_id = $1 AND tag_id = $2",
        tx.org().as_uuid(),
        tag,
        now,
        next,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Members after one by their ids, for a round.
pub async fn members_after(
    tx: &mut TenantTx,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT member_id
         FROM members
         WHERE org_id = $1 AND ($2::uuid IS NULL OR member_id > $2)
         ORDER BY member_id
         LIMIT $3",
        tx.org().as_uuid(),
        after,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Of these members, those who have a tag.
pub async fn owners(
    tx: &mut TenantTx,
    tag: Uuid,
    members: &[Uuid],
) -> Result<Vec<Uuid>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT member_id
         FROM member_tags
         WHERE org_id = $1 AND member_id = ANY($2) AND tag_id = $3",
        tx.org().as_uuid(),
        members,
        tag,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Selects from the members who meet a rule; the second parameter is the query's own.
macro_rules! met {
    ($before:literal, $orders:literal, $members:literal, $after:literal, $tx:ident, $own:expr, $rule:ident, $base:ident, $now:ident) => {{
        let rule: &TagRule = $rule;
        let conditions = rule.conditions($now);
        sqlx::query!(
            $before
                + "SELECT member.member_id
                 FROM members AS member
                 LEFT JOIN (
                     SELECT
                         completed.member_id,
                         count(*) FILTER (WHERE completed.goods_left > 0 OR completed.goods = 0)
                             AS orders,
                         sum(completed.goods_left)::bigint AS spent,
                         max(completed.completed_at)
                             FILTER (WHERE completed.goods_left > 0 OR completed.goods = 0)
                             AS last_at
                     FROM completed_orders AS completed
                     WHERE completed.org_id = $1 AND completed.completed
                         AND completed.completed_at >= $3
                         AND (cardinality($4::uuid[]) = 0 OR completed.brand_id = ANY($4))
                         AND (cardinality($5::uuid[]) = 0 OR completed.branch_id = ANY($5))"
                + $orders
                + "GROUP BY completed.member_id
                 ) AS counted ON counted.member_id = member.member_id
                 WHERE member.org_id = $1 AND member.state NOT IN ('merged', 'erased')
                     AND ($6::bigint IS NULL OR coalesce(counted.orders, 0) >= $6)
                     AND ($7::bigint IS NULL OR coalesce(counted.orders, 0) <= $7)
                     AND ($8::bigint IS NULL OR coalesce(counted.spent, 0) >= $8)
                     AND ($9::bigint IS NULL OR coalesce(counted.spent, 0) <= $9)
                     AND ($10::bigint IS NULL OR (
                         counted.orders > 0 AND counted.spent >= $10 * counted.orders
                     ))
                     AND ($11::timestamptz IS NULL OR counted.last_at >= $11)
                     AND ($12::timestamptz IS NULL OR counted.last_at < $12)
                     AND ($13::timestamptz IS NULL OR member.joined_at >= $13)
                     AND ($14::timestamptz IS NULL OR member.joined_at < $14)
                     AND ($15::integer IS NULL OR extract(month FROM member.birthday) = $15)
                     AND (
                         cardinality($16::uuid[]) = 0
                         OR EXISTS (
                             SELECT 1 FROM member_tiers AS standing
                             WHERE standing.org_id = $1 AND standing.member_id = member.member_id
                                 AND standing.tier_id = ANY($16)
                         )
                         OR EXISTS (
                             SELECT 1 FROM unnest($17::uuid[]) AS based (programme_id)
                             WHERE NOT EXISTS (
                                 SELECT 1 FROM member_tiers AS standing
                                 WHERE standing.org_id = $1
                                     AND standing.programme_id = based.programme_id
                                     AND standing.member_id = member.member_id
                             )
                         )
                     )"
                + $members
                + $after,
            $tx.org().as_uuid(),
            $own,
            conditions.counted_from,
            &rule.brands,
            &rule.branches,
            conditions.min_orders,
            conditions.max_orders,
            conditions.min_spent,
            conditions.max_spent,
            conditions.min_average,
            conditions.last_from,
            conditions.last_before,
            conditions.joined_from,
            conditions.joined_before,
            conditions.birth_month,
            &rule.tiers,
            $base,
        )
    }};
}

/// Of these members, those who meet a rule. `base` are the programmes whose base tier the rule names.
pub async fn met_by(
    tx: &mut TenantTx,
    rule: &TagRule,
    base: &[Uuid],
    members: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, StoreError> {
    let rows = met!(
        "",
        " AND completed.member_id = ANY($2) ",
        " AND member.member_id = ANY($2)",
        " ORDER BY member.member_id",
        tx,
        members,
        rule,
        base,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| row.member_id).collect())
}

/// How many members meet a rule, have a tag not though, and have it without meeting the rule.
pub async fn count_met(
    tx: &mut TenantTx,
    rule: &TagRule,
    base: &[Uuid],
    tag: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(i64, i64, i64), StoreError> {
    let tag = tag.unwrap_or_else(Uuid::nil);
    let row = met!(
        "WITH met AS MATERIALIZED (",
        " ",
        "",
        r#"), owners AS MATERIALIZED (
            SELECT member_id FROM member_tags WHERE org_id = $1 AND tag_id = $2
        )
        SELECT
            (SELECT count(*) FROM met) AS "matched!",
            (SELECT count(*) FROM met WHERE NOT EXISTS (
                SELECT 1 FROM owners WHERE owners.member_id = met.member_id
            )) AS "given!",
            (SELECT count(*) FROM owners WHERE NOT EXISTS (
                SELECT 1 FROM met WHERE met.member_id = owners.member_id
            )) AS "taken!""#,
        tx,
        tag,
        rule,
        base,
        now
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.matched, row.given, row.taken))
}
