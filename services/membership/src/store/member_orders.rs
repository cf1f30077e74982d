//! Orders of members, as ordering reports them.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId, MemberId, MemberMergeId, OrderId},
};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::habits::{OrderedItem, PastOrder};

/// What an event says of an order beside its state.
#[derive(Clone, Debug)]
pub struct OrderFacts {
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Version.
    pub version: i64,
    /// State by its word.
    pub state: String,
    /// What is to be paid.
    pub total: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// ISO weekday of its business day.
    pub weekday: i16,
    /// What only some events carry.
    pub details: Option<OrderDetails>,
}

/// What events with the whole order say.
#[derive(Clone, Debug)]
pub struct OrderDetails {
    /// Order number.
    pub number: String,
    /// When it was placed, or created.
    pub placed_at: DateTime<Utc>,
    /// Products.
    pub items: Vec<OrderedItem>,
}

/// Stores an order of a member; an older version changes nothing but what it alone has. Returns the member it
/// belongs to by now.
pub async fn upsert(
    tx: &mut TenantTx,
    order: OrderId,
    member: MemberId,
    facts: &OrderFacts,
) -> Result<MemberId, StoreError> {
    let details = facts.details.as_ref();
    let items = details.map(|details| serde_json::to_value(&details.items));
    let items = items
        .transpose()
        .map_err(|error| StoreError::Other(sqlx::Error::Encode(error.into())))?;
    let has_details = details.is_some();
    let number = details.map_or("", |details| details.number.as_str());
    let placed_at = details.map_or(facts.at, |details| details.placed_at);
    let found = sqlx::query_scalar!(
        r#"INSERT INTO member_orders AS known (
             org_id, order_id, member_id, brand_id, branch_id, version, state, order_number, total,
             placed_at, weekday, items
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (org_id, order_id) DO UPDATE
         SET version = greatest(known.version, excluded.version),
             state = CASE WHEN excluded.version > known.version
                 THEN excluded.state ELSE known.state END,
             total = CASE WHEN excluded.version > known.version
                 THEN excluded.total ELSE known.total END,
             order_number = CASE WHEN $13 THEN excluded.order_number ELSE known.order_number END,
             placed_at = CASE WHEN $13 THEN excluded.placed_at ELSE known.placed_at END,
             items = CASE WHEN $13 AND (
                     excluded.version >= known.version OR known.items = '[]'::jsonb
                 ) THEN excluded.items ELSE known.items END
         RETURNING member_id AS "member: MemberId""#,
        tx.org().as_uuid(),
        order.as_uuid(),
        member.as_uuid(),
        facts.brand.as_uuid(),
        facts.branch.as_uuid(),
        facts.version,
        facts.state,
        number,
        facts.total,
        placed_at,
        facts.weekday,
        items.unwrap_or_else(|| Value::Array(Vec::new())),
        has_details,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// An order in a list.
#[derive(Clone, Debug)]
pub struct ListedOrder {
    /// Order.
    pub id: OrderId,
    /// Order number.
    pub number: String,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// State by its word.
    pub state: String,
    /// What is to be paid.
    pub total: i64,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// Products.
    pub items: Vec<OrderedItem>,
}

/// Orders of a member, newest first, those of one brand or all, after `after`.
pub async fn list(
    tx: &mut TenantTx,
    member: MemberId,
    brand: Option<BrandId>,
    after: Option<(DateTime<Utc>, OrderId)>,
    limit: i64,
) -> Result<Vec<ListedOrder>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             order_id AS "id: OrderId",
             order_number,
             brand_id AS "brand: BrandId",
             branch_id AS "branch: BranchId",
             state,
             total,
             placed_at,
             items
         FROM member_orders
         WHERE org_id = $1 AND member_id = $2
           AND ($3::uuid IS NULL OR brand_id = $3)
           AND ($4::timestamptz IS NULL OR (placed_at, order_id) < ($4, $5::uuid))
         ORDER BY placed_at DESC, order_id DESC
         LIMIT $6"#,
        tx.org().as_uuid(),
        member.as_uuid(),
        brand.map(|brand| brand.as_uuid()),
        after.map(|(at, _)| at),
        after.map(|(_, id)| id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let orders = rows.into_iter().map(|row| {
        Ok(ListedOrder {
            items: read_items(row.id, row.items)?,
            id: row.id,
            number: row.order_number,
            brand: row.brand,
            branch: row.branch,
            state: row.state,
            total: row.total,
            placed_at: row.placed_at,
        })
    });
    orders.collect()
}

/// The last completed orders of a member, newest first.
pub async fn list_completed(
    tx: &mut TenantTx,
    member: MemberId,
    limit: i64,
) -> Result<Vec<PastOrder>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             order_id AS "id: OrderId",
             branch_id AS "branch: BranchId",
             placed_at,
             weekday,
             items
         FROM member_orders
         WHERE org_id = $1 AND member_id = $2 AND state = 'completed'
         ORDER BY placed_at DESC, order_id DESC
         LIMIT $3"#,
        tx.org().as_uuid(),
        member.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let orders = rows.into_iter().map(|row| {
        Ok(PastOrder {
            items: read_items(row.id, row.items)?,
            branch: row.branch,
            placed_at: row.placed_at,
            weekday: row.weekday,
        })
    });
    orders.collect()
}

fn read_items(id: OrderId, items: Value) -> Result<Vec<OrderedItem>, StoreError> {
    serde_json::from_value(items)
        .map_err(|_| StoreError::inconsistent("member_orders", "items", id))
}

/// Orders of a member that wait for their payment, as far as is known here.
pub async fn list_pending(tx: &mut TenantTx, member: MemberId) -> Result<Vec<OrderId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT order_id AS "id: OrderId"
         FROM member_orders
         WHERE org_id = $1 AND member_id = $2 AND state = 'pending_payment'
         ORDER BY order_id
         LIMIT 200"#,
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Whether a member has an order that was neither refused nor given up.
pub async fn exists(tx: &mut TenantTx, member: MemberId) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM member_orders
             WHERE org_id = $1 AND member_id = $2
               AND state NOT IN ('cancelled', 'rejected', 'expired', 'pending_payment')
         ) AS "found!""#,
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Moves orders of a merged member to the one that is kept.
pub async fn merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_orders SET member_id = $3, merge_id = $4
         WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        from.as_uuid(),
        into.as_uuid(),
        merge.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves what a merging moved back.
pub async fn undo_merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    into: MemberId,
    back_to: MemberId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_orders SET member_id = $3, merge_id = NULL
         WHERE org_id = $1 AND member_id = $2 AND merge_id = $4",
        tx.org().as_uuid(),
        into.as_uuid(),
        back_to.as_uuid(),
        merge.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
