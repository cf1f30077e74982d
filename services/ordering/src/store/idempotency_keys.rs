//! Keys of placed orders, kept beside them for seven days.

use chassis::{
    db::{SystemTx, TenantTx},
    id::OrderId,
};
use chrono::{DateTime, Utc};

use crate::domain::{
    order::pickup_text,
    order_number::{OrderNumber, PickupNumber},
};

/// An order that was placed with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedWithKey {
    /// The key.
    pub key: String,
    /// The order.
    pub order: OrderId,
    /// Its order number.
    pub order_number: OrderNumber,
    /// Its pickup number as people see it; empty until it is placed.
    pub pickup_text: String,
    /// Hash of the body it was placed with.
    pub request_hash: Vec<u8>,
}

/// Orders that were placed with one of `keys`.
pub async fn list(tx: &mut TenantTx, keys: &[String]) -> Result<Vec<PlacedWithKey>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT idempotency_key AS "key!", order_id, order_number, pickup_number, test,
               request_hash AS "request_hash!"
           FROM orders
           WHERE org_id = $1 AND idempotency_key = ANY($2)"#,
        tx.org().as_uuid(),
        keys,
    )
    .fetch_all(&mut **tx)
    .await?;
    let placed = rows.into_iter().map(|row| PlacedWithKey {
        key: row.key,
        order: OrderId::from_uuid(row.order_id),
        order_number: OrderNumber::stored(row.order_number),
        pickup_text: pickup_text(row.pickup_number.map(PickupNumber), row.test),
        request_hash: row.request_hash,
    });
    Ok(placed.collect())
}

/// Deletes up to `limit` keys of orders created before `before`, of all organisations.
pub async fn purge(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "UPDATE orders
         SET idempotency_key = NULL, request_hash = NULL
         WHERE (org_id, order_id) IN (
             SELECT org_id, order_id
             FROM orders
             WHERE idempotency_key IS NOT NULL AND created_at < $1
             ORDER BY created_at
             LIMIT $2
             FOR UPDATE SKIP LOCKED
         )",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
