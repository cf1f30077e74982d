//! Pickup numbers of a branch's business day.

use chassis::{business_day::BusinessDay, db::TenantTx, id::BranchId};

use crate::domain::order_number::PickupNumber;

/// Takes the next `count` numbers at once and answers the first of them.
///
/// The counter's row is what orders of a branch wait for each other at, on all replicas.
pub async fn take(
    tx: &mut TenantTx,
    branch: BranchId,
    day: BusinessDay,
    count: i32,
) -> Result<PickupNumber, sqlx::Error> {
    let last = sqlx::query_scalar!(
        "INSERT INTO pickup_counters (org_id, branch_id, business_day, last_number)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, branch_id, business_day)
         DO UPDATE SET last_number = pickup_counters.last_number + excluded.last_number
         RETURNING last_number",
        tx.org().as_uuid(),
        branch.as_uuid(),
        day.date(),
        count,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(PickupNumber(last - count + 1))
}
