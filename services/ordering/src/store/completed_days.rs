//! Sums of completed orders by branch and business day.

use chassis::{business_day::BusinessDay, db::TenantTx, id::BranchId};
use chrono::NaiveDate;
use uuid::Uuid;

/// Completed orders of a branch and business day.
#[derive(Clone, Copy, Debug)]
pub struct CompletedDay {
    /// Branch.
    pub branch: BranchId,
    /// Business day on which they were completed.
    pub business_day: NaiveDate,
    /// Orders.
    pub orders: i64,
    /// Goods after all discounts.
    pub net: i64,
}

/// Days of branches with completed orders, test orders left out.
pub async fn list(
    tx: &mut TenantTx,
    branches: &[BranchId],
    from: BusinessDay,
    to: BusinessDay,
) -> Result<Vec<CompletedDay>, sqlx::Error> {
    let branches: Vec<Uuid> = branches.iter().map(BranchId::as_uuid).collect();
    sqlx::query_as!(
        CompletedDay,
        r#"SELECT
             branch_id AS "branch: BranchId",
             listed_day AS business_day,
             count(*) AS "orders!",
             sum(total - coalesce(fee_sum.amount, 0))::bigint AS "net!"
         FROM orders
         CROSS JOIN LATERAL (
             SELECT sum((fee ->> 'amount')::bigint) AS amount
             FROM jsonb_array_elements(orders.fees) AS fee
         ) AS fee_sum
         WHERE org_id = $1 AND branch_id = ANY($2) AND listed_day BETWEEN $3 AND $4
           AND state = 'completed' AND NOT test
         GROUP BY branch_id, listed_day
         ORDER BY branch_id, listed_day"#,
        tx.org().as_uuid(),
        &branches,
        from.date(),
        to.date(),
    )
    .fetch_all(&mut **tx)
    .await
}
