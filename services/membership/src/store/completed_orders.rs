//! Completed orders of members, and what their refunds left.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, BrandId, MemberId, OrderId, OrganisationId, RefundId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An order that is completed, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedOrder {
    /// Order.
    pub id: OrderId,
    /// Member.
    pub member: MemberId,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Number.
    pub number: String,
    /// Version of the order that is applied.
    pub version: i64,
    /// It is completed.
    pub completed: bool,
    /// When it was.
    pub completed_at: DateTime<Utc>,
    /// Goods at completion.
    pub goods: i64,
    /// Goods less refunds.
    pub goods_left: i64,
    /// Programme points are earned by.
    pub programme: Option<Uuid>,
    /// Its version.
    pub programme_version: i64,
    /// Goods that earn.
    pub base: i64,
    /// Factor of points in basis points.
    pub factor_bp: i32,
    /// Points that are credited or wait to be.
    pub earned: i32,
    /// When they are credited; `None` where they are.
    pub due_at: Option<DateTime<Utc>>,
    /// Lot they were credited to.
    pub lot: Option<Uuid>,
}

impl CompletedOrder {
    /// What is left of the goods that earn, in proportion to the goods.
    #[must_use]
    pub fn base_left(&self) -> i64 {
        if !self.completed || self.goods == 0 {
            0
        } else {
            self.base * self.goods_left / self.goods
        }
    }
}

/// The order, locked; `None` where its completion was never reported.
pub async fn lock(tx: &mut TenantTx, order: OrderId) -> Result<Option<CompletedOrder>, StoreError> {
    let found = sqlx::query_as!(
        CompletedOrder,
        r#"SELECT
             order_id AS "id: OrderId",
             member_id AS "member: MemberId",
             brand_id AS "brand: BrandId",
             branch_id AS "branch: BranchId",
             order_number AS number,
             version, completed, completed_at, goods, goods_left,
             programme_id AS programme,
             programme_version, base, factor_bp, earned, due_at,
             lot_id AS lot
         FROM completed_orders
         WHERE org_id = $1 AND order_id = $2
         FOR UPDATE"#,
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores the order as it is.
pub async fn save(tx: &mut TenantTx, order: &CompletedOrder) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO completed_orders (
             org_id, order_id, member_id, brand_id, branch_id, order_number, version, completed,
             completed_at, goods, goods_left, programme_id, programme_version, base, factor_bp,
             earned, due_at, lot_id
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT (org_id, order_id) DO UPDATE
         SET version = excluded.version, completed = excluded.completed,
             completed_at = excluded.completed_at, goods = excluded.goods,
             goods_left = excluded.goods_left, programme_id = excluded.programme_id,
             programme_version = excluded.programme_version, base = excluded.base,
             factor_bp = excluded.factor_bp, earned = excluded.earned, due_at = excluded.due_at,
             lot_id = excluded.lot_id",
        tx.org().as_uuid(),
        order.id.as_uuid(),
        order.member.as_uuid(),
        order.brand.as_uuid(),
        order.branch.as_uuid(),
        order.number,
        order.version,
        order.completed,
        order.completed_at,
        order.goods,
        order.goods_left,
        order.programme,
        order.programme_version,
        order.base,
        order.factor_bp,
        order.earned,
        order.due_at,
        order.lot,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Orders of all organisations whose points are due, the longest due first.
pub async fn list_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, OrderId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT org_id AS "org_id: OrganisationId", order_id AS "order_id: OrderId"
         FROM completed_orders
         WHERE due_at <= $1
         ORDER BY due_at
         LIMIT $2"#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.org_id, row.order_id))
        .collect())
}

/// Orders whose points a member waits for, soonest first.
pub async fn list_pending(
    tx: &mut TenantTx,
    member: MemberId,
    limit: i64,
) -> Result<Vec<CompletedOrder>, StoreError> {
    let found = sqlx::query_as!(
        CompletedOrder,
        r#"SELECT
             order_id AS "id: OrderId",
             member_id AS "member: MemberId",
             brand_id AS "brand: BrandId",
             branch_id AS "branch: BranchId",
             order_number AS number,
             version, completed, completed_at, goods, goods_left,
             programme_id AS programme,
             programme_version, base, factor_bp, earned, due_at,
             lot_id AS lot
         FROM completed_orders
         WHERE org_id = $1 AND member_id = $2 AND completed AND due_at IS NOT NULL AND earned > 0
         ORDER BY due_at
         LIMIT $3"#,
        tx.org().as_uuid(),
        member.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// What a refund did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundEffect {
    /// Used points that came back.
    pub returned: i32,
    /// Earned points that were taken back.
    pub taken: i32,
}

/// Takes a refund's one effect: `None` the first time, else what it did then.
pub async fn begin_refund(
    tx: &mut TenantTx,
    order: OrderId,
    refund: RefundId,
    goods_left: i64,
    now: DateTime<Utc>,
) -> Result<Option<RefundEffect>, StoreError> {
    let inserted = sqlx::query!(
        "INSERT INTO order_refunds (org_id, order_id, refund_id, goods_left, at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        order.as_uuid(),
        refund.as_uuid(),
        goods_left,
        now,
    )
    .execute(&mut **tx)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(None);
    }
    let found = sqlx::query_as!(
        RefundEffect,
        "SELECT points_returned AS returned, points_taken AS taken
         FROM order_refunds
         WHERE org_id = $1 AND order_id = $2 AND refund_id = $3",
        tx.org().as_uuid(),
        order.as_uuid(),
        refund.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Some(found))
}

/// Stores what a refund did.
pub async fn end_refund(
    tx: &mut TenantTx,
    order: OrderId,
    refund: RefundId,
    effect: RefundEffect,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE order_refunds
         SET points_returned = $4, points_taken = $5
         WHERE org_id = $1 AND order_id = $2 AND refund_id = $3",
        tx.org().as_uuid(),
        order.as_uuid(),
        refund.as_uuid(),
        effect.returned,
        effect.taken,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Least goods that a refund of the order left; `None` without one.
pub async fn least_left(tx: &mut TenantTx, order: OrderId) -> Result<Option<i64>, StoreError> {
    let least = sqlx::query_scalar!(
        "SELECT min(goods_left) FROM order_refunds WHERE org_id = $1 AND order_id = $2",
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(least)
}

/// Whether the member has completed another order of these brands before.
pub async fn has_other(
    tx: &mut TenantTx,
    member: MemberId,
    brand: Option<BrandId>,
    order: OrderId,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM completed_orders
             WHERE org_id = $1 AND member_id = $2 AND completed AND order_id <> $4
                 AND ($3::uuid IS NULL OR brand_id = $3)
         ) AS "found!""#,
        tx.org().as_uuid(),
        member.as_uuid(),
        brand.map(|id| id.as_uuid()),
        order.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Gives the orders of a member to another, and remembers whose they were.
pub async fn merge(tx: &mut TenantTx, from: MemberId, into: MemberId) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE completed_orders
         SET member_id = $3, merged_from = $2
         WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        from.as_uuid(),
        into.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives orders back to the member whose they were.
pub async fn undo_merge(
    tx: &mut TenantTx,
    from: MemberId,
    into: MemberId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE completed_orders
         SET member_id = $2, merged_from = NULL
         WHERE org_id = $1 AND member_id = $3 AND merged_from = $2",
        tx.org().as_uuid(),
        from.as_uuid(),
        into.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
