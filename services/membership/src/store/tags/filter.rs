//! Members that a batch of changes of tags is for.

use chassis::db::{StoreError, TenantTx};
use chrono::{DateTime, Utc};
use uuid::Uuid;

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

/// Members who meet a filter. `base` are the programmes whose base tier the filter names.
pub async fn by_filter(
    tx: &mut TenantTx,
    filter: &MemberFilter,
    base: &[Uuid],
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
             ) OR EXISTS (
                 SELECT 1 FROM unnest($10::uuid[]) AS based (programme_id)
                 WHERE NOT EXISTS (
                     SELECT 1 FROM member_tiers AS standing
                     WHERE standing.org_id = $1 AND standing.programme_id = based.programme_id
                         AND standing.member_id = member.member_id
                 )
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
        base,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}
