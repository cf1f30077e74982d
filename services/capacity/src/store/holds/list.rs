//! Lists of orders that are held.

use chassis::{
    business_day::BusinessDay,
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId, OrderId, SkuId},
    sales::Method,
};
use chrono::{DateTime, Utc};

use crate::domain::hours::affected_orders::BookedOrder;

/// An order that was promised units of a stock-keeping unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromisedOrder {
    /// The order.
    pub order_id: OrderId,
    /// Units.
    pub quantity: i64,
    /// Day of the bucket they are taken from.
    pub bucket_day: BusinessDay,
    /// Business day it is for.
    pub business_day: BusinessDay,
    /// Time it was promised for.
    pub promised_at: DateTime<Utc>,
    /// When it was held.
    pub held_at: DateTime<Utc>,
}

/// Lists orders of `from` and later that were promised units out of these buckets of one unit, the
/// newest first.
pub async fn list_promised(
    tx: &mut TenantTx,
    branch_id: BranchId,
    sku_id: SkuId,
    bucket_days: &[BusinessDay],
    from: BusinessDay,
    limit: i64,
) -> Result<Vec<PromisedOrder>, StoreError> {
    let org = tx.org().as_uuid();
    let bucket_days: Vec<_> = bucket_days.iter().map(|day| day.date()).collect();
    sqlx::query_as!(
        PromisedOrder,
        r#"
        SELECT
            hold.order_id AS "order_id: OrderId",
            part.quantity AS "quantity!",
            part.bucket_day AS "bucket_day!: BusinessDay",
            hold.business_day AS "business_day: BusinessDay",
            hold.promised_at,
            hold.held_at
        FROM holds AS hold,
            UNNEST(hold.sku_ids, hold.bucket_days, hold.quantities)
                AS part (sku_id, bucket_day, quantity)
        WHERE hold.org_id = $1
          AND hold.branch_id = $2
          AND hold.business_day >= $5
          AND hold.state <> 'released'
          AND NOT hold.test
          AND part.sku_id = $3
          AND part.bucket_day = ANY($4)
        ORDER BY hold.held_at DESC, hold.order_id DESC
        LIMIT $6
        "#,
        org,
        branch_id.as_uuid(),
        sku_id.as_uuid(),
        &bucket_days,
        from.date(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// Lists the orders of branches that are booked for `from` or later, not finished, and not yet kept although
/// they lie outside the hours.
pub async fn list_booked(
    tx: &mut TenantTx,
    branch_ids: &[BranchId],
    from: DateTime<Utc>,
) -> Result<Vec<BookedOrder>, StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query_as!(
        BookedOrder,
        r#"
        SELECT
            order_id AS "order_id: OrderId",
            branch_id AS "branch_id: BranchId",
            method AS "method: Method",
            promised_at,
            slot_starts_at,
            business_day AS "business_day: BusinessDay"
        FROM holds
        WHERE org_id = $1
          AND branch_id = ANY($2)
          AND promised_at >= $3
          AND state <> 'released'
          AND NOT finished
          AND NOT kept_outside
        ORDER BY promised_at, order_id
        "#,
        org,
        branch_ids as &[BranchId],
        from,
    )
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// An order, and where it is held.
#[derive(Clone, Copy, Debug)]
pub struct OrderBranch {
    /// The order.
    pub order_id: OrderId,
    /// Its branch.
    pub branch_id: BranchId,
    /// The branch's brand.
    pub brand_id: BrandId,
}

/// Lists which of these orders are held at other branches than these.
pub async fn list_elsewhere(
    tx: &mut TenantTx,
    branch_ids: &[BranchId],
    order_ids: &[OrderId],
) -> Result<Vec<OrderBranch>, StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query_as!(
        OrderBranch,
        r#"
        SELECT
            holds.order_id AS "order_id: OrderId",
            holds.branch_id AS "branch_id: BranchId",
            branches.brand_id AS "brand_id: BrandId"
        FROM holds
        JOIN branches USING (org_id, branch_id)
        WHERE holds.org_id = $1
          AND holds.order_id = ANY($2)
          AND holds.branch_id <> ALL($3)
        ORDER BY holds.order_id
        "#,
        org,
        order_ids as &[OrderId],
        branch_ids as &[BranchId],
    )
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::from)
}
