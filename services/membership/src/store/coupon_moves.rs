//! Coupons that a merging of members moved.

use chassis::{
    db::{StoreError, TenantTx},
    id::{MemberId, MemberMergeId},
};

/// Moves the coupons of a member that can still be used and that no order holds.
pub async fn move_all(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "WITH moved AS (
             UPDATE coupons
             SET member_id = $4, version = version + 1
             WHERE org_id = $1 AND member_id = $3 AND ended IS NULL AND held = 0 AND used < uses_allowed
             RETURNING coupon_id
         )
         INSERT INTO coupon_moves (org_id, merge_id, coupon_id)
         SELECT $1, $2, coupon_id FROM moved",
        tx.org().as_uuid(),
        merge.as_uuid(),
        from.as_uuid(),
        into.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves back what a merging moved, as far as it can still be used and no order holds it.
pub async fn move_back(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "WITH moved AS (
             DELETE FROM coupon_moves WHERE org_id = $1 AND merge_id = $2 RETURNING coupon_id
         )
         UPDATE coupons
         SET member_id = $3, version = version + 1
         FROM moved
         WHERE coupons.org_id = $1 AND coupons.coupon_id = moved.coupon_id AND coupons.member_id = $4
             AND ended IS NULL AND held = 0 AND used < uses_allowed",
        tx.org().as_uuid(),
        merge.as_uuid(),
        from.as_uuid(),
        into.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
