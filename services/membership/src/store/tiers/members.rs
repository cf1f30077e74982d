//! The tiers of members and what counts for them.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{AccountId, BrandId, MemberId, OrderId, OrganisationId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::tiers::{
    judging::{Cause, Previous, Progress, Standing},
    rules::Rules,
};

/// When a member joined; locked until the transaction ends. `None` for one who was merged or erased.
pub async fn lock_member(
    tx: &mut TenantTx,
    member: MemberId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT joined_at
         FROM members
         WHERE org_id = $1 AND member_id = $2 AND state NOT IN ('merged', 'erased')
         FOR NO KEY UPDATE",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

struct Row {
    member: MemberId,
    joined_at: DateTime<Utc>,
    tier: Uuid,
    since: DateTime<Utc>,
    valid_until: Option<DateTime<Utc>>,
    cause: Cause,
    order: Option<OrderId>,
    previous_tier: Option<Uuid>,
    previous_since: Option<DateTime<Utc>>,
    previous_until: Option<DateTime<Utc>>,
    carried_spend: i64,
    due_at: Option<DateTime<Utc>>,
    recalculate: bool,
}

impl Row {
    fn standing(&self) -> Standing {
        let previous = self.previous_tier.zip(self.previous_since);
        Standing {
            tier: self.tier,
            since: self.since,
            valid_until: self.valid_until,
            cause: self.cause,
            order: self.order,
            previous: previous.map(|(tier, since)| Previous {
                tier,
                since,
                until: self.previous_until,
            }),
            carried_spend: self.carried_spend,
            due_at: self.due_at,
            recalculate: self.recalculate,
        }
    }
}

/// Tier of a member in a programme; `None` for the base tier.
pub async fn find(
    tx: &mut TenantTx,
    programme: Uuid,
    member: MemberId,
) -> Result<Option<Standing>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT
             standing.member_id AS "member: MemberId",
             member.joined_at,
             standing.tier_id AS tier,
             standing.since, standing.valid_until,
             standing.cause AS "cause: Cause",
             standing.order_id AS "order: OrderId",
             standing.previous_tier_id AS previous_tier,
             standing.previous_since, standing.previous_until, standing.carried_spend,
             standing.due_at, standing.recalculate
         FROM member_tiers AS standing
         JOIN members AS member
             ON (member.org_id, member.member_id) = (standing.org_id, standing.member_id)
         WHERE standing.org_id = $1 AND standing.programme_id = $2 AND standing.member_id = $3"#,
        tx.org().as_uuid(),
        programme,
        member.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| row.standing()))
}

/// A member who is to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Member.
    pub member: MemberId,
    /// When the member joined.
    pub joined_at: DateTime<Utc>,
    /// Tier.
    pub standing: Standing,
}

/// Programmes of all organisations with members who are to be judged.
pub async fn programmes_with_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
) -> Result<Vec<(OrganisationId, Uuid)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT programme.org_id AS "org_id: OrganisationId", programme.programme_id
         FROM tier_programmes AS programme
         WHERE EXISTS (
             SELECT 1 FROM member_tiers AS standing
             WHERE (standing.org_id, standing.programme_id) = (programme.org_id, programme.programme_id)
                 AND standing.due_at <= $1
         )"#,
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.org_id, row.programme_id))
        .collect())
}

/// Takes members who are to be judged, the longest due first.
pub async fn take_due(
    tx: &mut TenantTx,
    programme: Uuid,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Due>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT
             standing.member_id AS "member: MemberId",
             member.joined_at,
             standing.tier_id AS tier,
             standing.since, standing.valid_until,
             standing.cause AS "cause: Cause",
             standing.order_id AS "order: OrderId",
             standing.previous_tier_id AS previous_tier,
             standing.previous_since, standing.previous_until, standing.carried_spend,
             standing.due_at, standing.recalculate
         FROM member_tiers AS standing
         JOIN members AS member
             ON (member.org_id, member.member_id) = (standing.org_id, standing.member_id)
         WHERE standing.org_id = $1 AND standing.programme_id = $2 AND standing.due_at <= $3
         ORDER BY standing.due_at
         LIMIT $4
         FOR UPDATE OF standing SKIP LOCKED"#,
        tx.org().as_uuid(),
        programme,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Due {
            member: row.member,
            joined_at: row.joined_at,
            standing: row.standing(),
        })
        .collect())
}

/// Stores the tiers of members; one statement for all.
pub async fn save(
    tx: &mut TenantTx,
    programme: Uuid,
    standings: &[(MemberId, Standing)],
) -> Result<(), StoreError> {
    let column = |of: fn(&Standing) -> Option<DateTime<Utc>>| -> Vec<Option<DateTime<Utc>>> {
        standings.iter().map(|(_, standing)| of(standing)).collect()
    };
    let members: Vec<Uuid> = standings
        .iter()
        .map(|(member, _)| member.as_uuid())
        .collect();
    let tiers: Vec<Uuid> = standings
        .iter()
        .map(|(_, standing)| standing.tier)
        .collect();
    let since: Vec<DateTime<Utc>> = standings
        .iter()
        .map(|(_, standing)| standing.since)
        .collect();
    let until = column(|standing| standing.valid_until);
    let causes: Vec<String> = standings
        .iter()
        .map(|(_, standing)| standing.cause.to_string())
        .collect();
    let orders: Vec<Option<Uuid>> = standings
        .iter()
        .map(|(_, standing)| standing.order.map(|id| id.as_uuid()))
        .collect();
    let previous: Vec<Option<Uuid>> = standings
        .iter()
        .map(|(_, standing)| standing.previous.map(|previous| previous.tier))
        .collect();
    let previous_since = column(|standing| standing.previous.map(|previous| previous.since));
    let previous_until = column(|standing| standing.previous.and_then(|previous| previous.until));
    let carried: Vec<i64> = standings
        .iter()
        .map(|(_, standing)| standing.carried_spend)
        .collect();
    let due = column(|standing| standing.due_at);
    let recalculate: Vec<bool> = standings
        .iter()
        .map(|(_, standing)| standing.recalculate)
        .collect();
    sqlx::query!(
        "INSERT INTO member_tiers (
             org_id, programme_id, member_id, tier_id, since, valid_until, cause, order_id,
             previous_tier_id, previous_since, previous_until, carried_spend, due_at, recalculate
         )
         SELECT $1, $2, *
         FROM unnest(
             $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::uuid[],
             $9::uuid[], $10::timestamptz[], $11::timestamptz[], $12::bigint[], $13::timestamptz[],
             $14::boolean[]
         )
         ON CONFLICT (org_id, programme_id, member_id) DO UPDATE
         SET tier_id = excluded.tier_id, since = excluded.since,
             valid_until = excluded.valid_until, cause = excluded.cause,
             order_id = excluded.order_id, previous_tier_id = excluded.previous_tier_id,
             previous_since = excluded.previous_since, previous_until = excluded.previous_until,
             carried_spend = excluded.carried_spend, due_at = excluded.due_at,
             recalculate = excluded.recalculate",
        tx.org().as_uuid(),
        programme,
        &members,
        &tiers,
        &since,
        &until as &[Option<DateTime<Utc>>],
        &causes,
        &orders as &[Option<Uuid>],
        &previous as &[Option<Uuid>],
        &previous_since as &[Option<DateTime<Utc>>],
        &previous_until as &[Option<DateTime<Utc>>],
        &carried,
        &due as &[Option<DateTime<Utc>>],
        &recalculate,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A change of a member's tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierChange {
    /// Id.
    pub id: Uuid,
    /// Member.
    pub member: MemberId,
    /// When.
    pub at: DateTime<Utc>,
    /// Tier before.
    pub from: Uuid,
    /// Tier after.
    pub to: Uuid,
    /// Why.
    pub cause: Cause,
    /// Until when it was valid then.
    pub valid_until: Option<DateTime<Utc>>,
    /// Order that caused it.
    pub order: Option<OrderId>,
    /// Staff who set it.
    pub operator: Option<AccountId>,
    /// Reason in words.
    pub reason: String,
}

/// Adds changes; one statement for all.
pub async fn insert_changes(
    tx: &mut TenantTx,
    programme: Uuid,
    changes: &[TierChange],
) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = changes.iter().map(|change| change.id).collect();
    let members: Vec<Uuid> = changes
        .iter()
        .map(|change| change.member.as_uuid())
        .collect();
    let at: Vec<DateTime<Utc>> = changes.iter().map(|change| change.at).collect();
    let from: Vec<Uuid> = changes.iter().map(|change| change.from).collect();
    let to: Vec<Uuid> = changes.iter().map(|change| change.to).collect();
    let causes: Vec<String> = changes
        .iter()
        .map(|change| change.cause.to_string())
        .collect();
    let until: Vec<Option<DateTime<Utc>>> =
        changes.iter().map(|change| change.valid_until).collect();
    let orders: Vec<Option<Uuid>> = changes
        .iter()
        .map(|change| change.order.map(|id| id.as_uuid()))
        .collect();
    let operators: Vec<Option<Uuid>> = changes
        .iter()
        .map(|change| change.operator.map(|id| id.as_uuid()))
        .collect();
    let reasons: Vec<String> = changes.iter().map(|change| change.reason.clone()).collect();
    sqlx::query!(
        "INSERT INTO tier_changes (
             org_id, programme_id, change_id, member_id, at, from_tier_id, to_tier_id, cause,
             valid_until, order_id, operator, reason
         )
         SELECT $1, $2, *
         FROM unnest(
             $3::uuid[], $4::uuid[], $5::timestamptz[], $6::uuid[], $7::uuid[], $8::text[],
             $9::timestamptz[], $10::uuid[], $11::uuid[], $12::text[]
         )",
        tx.org().as_uuid(),
        programme,
        &ids,
        &members,
        &at,
        &from,
        &to,
        &causes,
        &until as &[Option<DateTime<Utc>>],
        &orders as &[Option<Uuid>],
        &operators as &[Option<Uuid>],
        &reasons,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Changes of a member in a programme, newest first.
pub async fn list_changes(
    tx: &mut TenantTx,
    programme: Uuid,
    member: MemberId,
    limit: i64,
) -> Result<Vec<TierChange>, StoreError> {
    let found = sqlx::query_as!(
        TierChange,
        r#"SELECT
             change_id AS id,
             member_id AS "member: MemberId",
             at,
             from_tier_id AS "from",
             to_tier_id AS "to",
             cause AS "cause: Cause",
             valid_until,
             order_id AS "order: OrderId",
             operator AS "operator: AccountId",
             reason
         FROM tier_changes
         WHERE org_id = $1 AND member_id = $2 AND programme_id = $3
         ORDER BY at DESC, change_id DESC
         LIMIT $4"#,
        tx.org().as_uuid(),
        member.as_uuid(),
        programme,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// What counts for members of the brands, each from an instant on and before another.
pub async fn progress(
    tx: &mut TenantTx,
    brand: Option<BrandId>,
    from: &[(MemberId, DateTime<Utc>)],
) -> Result<HashMap<MemberId, Progress>, StoreError> {
    let (members, starts): (Vec<Uuid>, Vec<DateTime<Utc>>) = from
        .iter()
        .map(|(member, start)| (member.as_uuid(), *start))
        .unzip();
    let rows = sqlx::query!(
        r#"SELECT
             asked.member_id AS "member_id!: MemberId",
             coalesce(sum(completed.goods_left), 0)::bigint AS "spend!",
             count(completed.order_id)
                 FILTER (WHERE completed.goods_left > 0 OR completed.goods = 0) AS "orders!",
             coalesce(max(completed.goods_left), 0) AS "single!",
             coalesce(sum(completed.earned), 0) AS "points!"
         FROM unnest($2::uuid[], $3::timestamptz[]) AS asked (member_id, start)
         LEFT JOIN completed_orders AS completed
             ON completed.org_id = $1 AND completed.member_id = asked.member_id
             AND completed.completed AND completed.completed_at >= asked.start
             AND ($4::uuid IS NULL OR completed.brand_id = $4)
         GROUP BY asked.member_id"#,
        tx.org().as_uuid(),
        &members,
        &starts,
        brand.map(|id| id.as_uuid()),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let progress = Progress {
                spend: row.spend,
                orders: row.orders,
                single: row.single,
                points: row.points,
            };
            (row.member_id, progress)
        })
        .collect())
}

/// Members of each tier, and members who are to be judged.
pub async fn count(
    tx: &mut TenantTx,
    programme: Uuid,
    now: DateTime<Utc>,
) -> Result<(HashMap<Uuid, i64>, i64), StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             tier_id,
             count(*) AS "members!",
             count(*) FILTER (WHERE due_at <= $3) AS "due!"
         FROM member_tiers
         WHERE org_id = $1 AND programme_id = $2
         GROUP BY tier_id"#,
        tx.org().as_uuid(),
        programme,
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    let due = rows.iter().map(|row| row.due).sum();
    Ok((
        rows.into_iter()
            .map(|row| (row.tier_id, row.members))
            .collect(),
        due,
    ))
}

/// How many members would move from a tier to a place in other rules: `None` for those who have no tier yet.
pub async fn moves(
    tx: &mut TenantTx,
    programme: Option<Uuid>,
    brand: Option<BrandId>,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<Vec<(Option<Uuid>, usize, i64)>, StoreError> {
    let conditions: Vec<_> = rules
        .tiers
        .iter()
        .map(|tier| tier.wire.upgrade.unwrap_or_default())
        .collect();
    let places: Vec<i32> = (0..).take(conditions.len()).collect();
    let all: Vec<bool> = conditions.iter().map(|condition| condition.all).collect();
    let spend: Vec<i64> = conditions.iter().map(|condition| condition.spend).collect();
    let orders: Vec<i32> = conditions
        .iter()
        .map(|condition| condition.orders)
        .collect();
    let single: Vec<i64> = conditions
        .iter()
        .map(|condition| condition.single_order)
        .collect();
    let points: Vec<i32> = conditions
        .iter()
        .map(|condition| condition.points_earned)
        .collect();
    let since_tier = rules.window == crate::domain::tiers::rules::Window::SinceTier;
    let rows = sqlx::query!(
        r#"WITH counted AS (
             SELECT
                 completed.member_id,
                 sum(completed.goods_left)::bigint AS spend,
                 count(*) FILTER (WHERE completed.goods_left > 0 OR completed.goods = 0) AS orders,
                 max(completed.goods_left) AS single,
                 sum(completed.earned) AS points
             FROM completed_orders AS completed
             LEFT JOIN member_tiers AS standing
                 ON $12 AND standing.org_id = $1 AND standing.programme_id = $2
                 AND standing.member_id = completed.member_id
             WHERE completed.org_id = $1 AND completed.completed
                 AND completed.completed_at >= coalesce(standing.since, $4)
                 AND ($3::uuid IS NULL OR completed.brand_id = $3)
             GROUP BY completed.member_id
         ), standing AS (
             SELECT member_id, tier_id
             FROM member_tiers
             WHERE org_id = $1 AND programme_id = $2
         ), judged AS (
             SELECT
                 standing.tier_id,
                 (
                     SELECT coalesce(max(tier.place), 0)
                     FROM unnest(
                         $5::integer[], $6::boolean[], $7::bigint[], $8::integer[], $9::bigint[],
                         $10::integer[]
                     ) AS tier (place, need_all, spend, orders, single, points)
                     WHERE tier.place > 0 AND tier_condition_met(
                         tier.need_all, tier.spend, tier.orders, tier.single, tier.points,
                         coalesce(counted.spend, 0), coalesce(counted.orders, 0),
                         coalesce(counted.single, 0), coalesce(counted.points, 0)
                     )
                 ) AS place
             FROM members AS member
             LEFT JOIN counted ON counted.member_id = member.member_id
             LEFT JOIN standing ON standing.member_id = member.member_id
             WHERE member.org_id = $1 AND member.state NOT IN ('merged', 'erased')
                 AND member.joined_at <= $11
         )
         SELECT tier_id AS "tier_id?", place AS "place!", count(*) AS "members!"
         FROM judged
         GROUP BY tier_id, place
         ORDER BY tier_id NULLS FIRST, place"#,
        tx.org().as_uuid(),
        programme,
        brand.map(|id| id.as_uuid()),
        rules.window_start(now, DateTime::UNIX_EPOCH),
        &places,
        &all,
        &spend,
        &orders,
        &single,
        &points,
        now,
        since_tier,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                row.tier_id,
                usize::try_from(row.place).unwrap_or(0),
                row.members,
            )
        })
        .collect())
}

/// Moves members of tiers that are left out to those in their place.
pub async fn replace(
    tx: &mut TenantTx,
    programme: Uuid,
    replaced: &[(Uuid, Uuid)],
) -> Result<(), StoreError> {
    let (from, to): (Vec<Uuid>, Vec<Uuid>) = replaced.iter().copied().unzip();
    sqlx::query!(
        "UPDATE member_tiers AS standing
         SET tier_id = change.new_tier
         FROM unnest($3::uuid[], $4::uuid[]) AS change (old_tier, new_tier)
         WHERE standing.org_id = $1 AND standing.programme_id = $2
             AND standing.tier_id = change.old_tier",
        tx.org().as_uuid(),
        programme,
        &from,
        &to,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Has everybody judged who has a tier or a completed order.
pub async fn recalculate(
    tx: &mut TenantTx,
    programme: Uuid,
    brand: Option<BrandId>,
    base: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO member_tiers (
             org_id, programme_id, member_id, tier_id, since, cause, due_at, recalculate
         )
         SELECT $1, $2, member.member_id, $4, 'epoch', 'recalculated', $5, true
         FROM members AS member
         WHERE member.org_id = $1 AND member.state NOT IN ('merged', 'erased')
             AND EXISTS (
                 SELECT 1 FROM completed_orders AS completed
                 WHERE completed.org_id = $1 AND completed.member_id = member.member_id
                     AND completed.completed AND ($3::uuid IS NULL OR completed.brand_id = $3)
             )
         ON CONFLICT (org_id, programme_id, member_id) DO NOTHING",
        tx.org().as_uuid(),
        programme,
        brand.map(|id| id.as_uuid()),
        base,
        now,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE member_tiers
         SET due_at = $3, recalculate = true
         WHERE org_id = $1 AND programme_id = $2",
        tx.org().as_uuid(),
        programme,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Tiers of those of the members who have another than the base.
pub async fn tiers_of(
    tx: &mut TenantTx,
    programme: Uuid,
    members: &[MemberId],
) -> Result<Vec<(MemberId, Uuid)>, StoreError> {
    let ids: Vec<Uuid> = members.iter().map(|id| id.as_uuid()).collect();
    let rows = sqlx::query!(
        r#"SELECT member_id AS "member_id: MemberId", tier_id
         FROM member_tiers
         WHERE org_id = $1 AND programme_id = $2 AND member_id = ANY($3)"#,
        tx.org().as_uuid(),
        programme,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.member_id, row.tier_id))
        .collect())
}
