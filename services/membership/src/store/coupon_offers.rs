//! Links by which members pass coupons on.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::CouponId,
};
use chrono::{DateTime, Utc};

/// A link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Coupon that it passes on.
    pub coupon: CouponId,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Coupon of who took it.
    pub claimed: Option<CouponId>,
}

/// Stores the link of a coupon, in the place of the one before.
pub async fn upsert(
    tx: &mut TenantTx,
    coupon: CouponId,
    token_hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO coupon_offers (org_id, coupon_id, token_hash, expires_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, coupon_id) DO UPDATE
         SET token_hash = excluded.token_hash, expires_at = excluded.expires_at,
             claimed_coupon_id = NULL",
        tx.org().as_uuid(),
        coupon.as_uuid(),
        token_hash,
        expires_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A link by the digest of its text.
pub async fn find(tx: &mut TenantTx, token_hash: &[u8]) -> Result<Option<Offer>, StoreError> {
    let found = sqlx::query_as!(
        Offer,
        r#"SELECT
             coupon_id AS "coupon: CouponId",
             expires_at,
             claimed_coupon_id AS "claimed: CouponId"
         FROM coupon_offers
         WHERE org_id = $1 AND token_hash = $2"#,
        tx.org().as_uuid(),
        token_hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Until when coupons are passed on by a link that nobody took; the others are left out.
pub async fn list_open(
    tx: &mut TenantTx,
    coupons: &[CouponId],
    now: DateTime<Utc>,
) -> Result<HashMap<CouponId, DateTime<Utc>>, StoreError> {
    let ids: Vec<_> = coupons.iter().map(CouponId::as_uuid).collect();
    let rows = sqlx::query!(
        r#"SELECT coupon_id AS "coupon: CouponId", expires_at
         FROM coupon_offers
         WHERE org_id = $1 AND coupon_id = ANY($2) AND claimed_coupon_id IS NULL AND expires_at > $3"#,
        tx.org().as_uuid(),
        &ids,
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.coupon, row.expires_at))
        .collect())
}

/// Notes who took the coupon of a link, by the coupon that it became.
pub async fn set_claimed(
    tx: &mut TenantTx,
    coupon: CouponId,
    claimed: CouponId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE coupon_offers SET claimed_coupon_id = $3 WHERE org_id = $1 AND coupon_id = $2",
        tx.org().as_uuid(),
        coupon.as_uuid(),
        claimed.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes the link of a coupon, unless somebody took it.
pub async fn delete(tx: &mut TenantTx, coupon: CouponId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM coupon_offers
         WHERE org_id = $1 AND coupon_id = $2 AND claimed_coupon_id IS NULL",
        tx.org().as_uuid(),
        coupon.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
