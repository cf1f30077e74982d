//! Completed orders by the promotions they carry.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BenefitRuleId, BranchId, OrderId},
};
use chrono::NaiveDate;
use uuid::Uuid;

/// A completed order.
#[derive(Clone, Debug)]
pub struct CompletedOrder {
    /// Order.
    pub order: OrderId,
    /// Version of the order.
    pub version: i64,
    /// Branch.
    pub branch: BranchId,
    /// Business day.
    pub business_day: NaiveDate,
    /// First of its member.
    pub first_order: bool,
    /// Goods after all discounts.
    pub net: i64,
    /// What each promotion took off.
    pub discounts: Vec<(Uuid, i64)>,
}

/// Counts a completed order for its promotions; one that was counted in a later version stays so.
pub async fn count(tx: &mut TenantTx, completed: &CompletedOrder) -> Result<(), StoreError> {
    let rules: Vec<_> = completed.discounts.iter().map(|(rule, _)| *rule).collect();
    let discounts: Vec<_> = completed
        .discounts
        .iter()
        .map(|(_, amount)| *amount)
        .collect();
    sqlx::query!(
        "INSERT INTO promotion_orders AS stored (
             org_id, promotion_id, order_id, order_version, branch_id, business_day, counted,
             first_order, discount, net
         )
         SELECT $1, promotion.promotion_id, $2, $3, $4, $5, true, $6, given.discount, $7
         FROM unnest($8::uuid[], $9::bigint[]) AS given (promotion_id, discount)
         JOIN promotions AS promotion
             ON promotion.org_id = $1 AND promotion.promotion_id = given.promotion_id
         ORDER BY promotion.promotion_id
         ON CONFLICT (org_id, promotion_id, order_id) DO UPDATE
         SET order_version = excluded.order_version, counted = true, discount = excluded.discount,
             net = excluded.net
         WHERE stored.order_version < excluded.order_version",
        tx.org().as_uuid(),
        completed.order.as_uuid(),
        completed.version,
        completed.branch.as_uuid(),
        completed.business_day,
        completed.first_order,
        completed.net,
        &rules,
        &discounts,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes an order out again whose completion was undone in a version.
pub async fn uncount(tx: &mut TenantTx, order: OrderId, version: i64) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE promotion_orders
         SET order_version = $3, counted = false
         WHERE org_id = $1 AND order_id = $2 AND order_version < $3",
        tx.org().as_uuid(),
        order.as_uuid(),
        version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What a promotion did in a branch and business day.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// Business day.
    pub business_day: NaiveDate,
    /// Branch.
    pub branch: BranchId,
    /// Orders.
    pub orders: i64,
    /// First orders of members.
    pub first_orders: i64,
    /// What it took off.
    pub discount: i64,
    /// Goods after all discounts.
    pub net: i64,
}

/// What a promotion did within a period, by day and branch.
pub async fn list_days(
    tx: &mut TenantTx,
    promotion: BenefitRuleId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Day>, StoreError> {
    let days = sqlx::query_as!(
        Day,
        r#"SELECT
             business_day,
             branch_id AS "branch: BranchId",
             count(*) AS "orders!",
             count(*) FILTER (WHERE first_order) AS "first_orders!",
             sum(discount)::bigint AS "discount!",
             sum(net)::bigint AS "net!"
         FROM promotion_orders
         WHERE org_id = $1 AND promotion_id = $2 AND counted AND business_day BETWEEN $3 AND $4
         GROUP BY business_day, branch_id
         ORDER BY business_day, branch_id"#,
        tx.org().as_uuid(),
        promotion.as_uuid(),
        from,
        to,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(days)
}
