//! What happened to coupons; appended to only.

use chassis::{
    clock::Clock,
    db::{StoreError, TenantTx},
    id::{BranchId, CouponEntryId, CouponId, OrderId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::benefits::coupon::CouponEntryKind;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct CouponEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: CouponEntryKind,
    /// Order.
    pub order: Option<OrderId>,
    /// Branch.
    pub branch: Option<BranchId>,
    /// Name of the account that did it; empty for none.
    pub actor: String,
    /// Why, in words.
    pub reason: String,
}

/// Appends the same entry to coupons.
pub async fn append(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    coupons: &[CouponId],
    entry: &CouponEntry,
) -> Result<(), StoreError> {
    let ids: Vec<_> = coupons.iter().map(CouponId::as_uuid).collect();
    let entries: Vec<Uuid> = coupons
        .iter()
        .map(|_| CouponEntryId::new(clock).as_uuid())
        .collect();
    sqlx::query!(
        "INSERT INTO coupon_entries (
             org_id, coupon_id, entry_id, at, kind, order_id, branch_id, actor, reason
         )
         SELECT $1, coupon_id, entry_id, $2, $3, $4, $5, $6, $7
         FROM unnest($8::uuid[], $9::uuid[]) AS given (coupon_id, entry_id)",
        tx.org().as_uuid(),
        entry.at,
        entry.kind as _,
        entry.order.map(|order| order.as_uuid()),
        entry.branch.map(|branch| branch.as_uuid()),
        entry.actor,
        entry.reason,
        &ids,
        &entries,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What happened to a coupon, the last first.
pub async fn list(
    tx: &mut TenantTx,
    coupon: CouponId,
    limit: i64,
) -> Result<Vec<CouponEntry>, StoreError> {
    let entries = sqlx::query_as!(
        CouponEntry,
        r#"SELECT
             at,
             kind AS "kind: CouponEntryKind",
             order_id AS "order: OrderId",
             branch_id AS "branch: BranchId",
             actor,
             reason
         FROM coupon_entries
         WHERE org_id = $1 AND coupon_id = $2
         ORDER BY entry_id DESC
         LIMIT $3"#,
        tx.org().as_uuid(),
        coupon.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(entries)
}
