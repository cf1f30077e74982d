//! Keys of placed orders, kept beside them for seven days.

use std::collections::HashSet;

use chassis::{
    db::{SystemTx, TenantTx},
    id::OrderId,
};
use chrono::{DateTime, Utc};

use crate::domain::{
    order::pickup_text,
    order_number::{OrderNumber, PickupNumber},
    prepayment,
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

/// What is known of requests to place orders: orders that were placed with one of `keys`, and which of
/// `phones` have to pay in advance. One statement, for every order needs it.
pub async fn look_up(
    tx: &mut TenantTx,
    keys: &[String],
    phones: &[String],
    counted_since: DateTime<Utc>,
) -> Result<(Vec<PlacedWithKey>, HashSet<String>), sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT idempotency_key AS "key?", order_id AS "order_id?", order_number AS "order_number?",
               pickup_number AS "pickup_number?", test AS "test?", request_hash AS "request_hash?",
               NULL::text AS "phone?"
           FROM orders
           WHERE org_id = $1 AND idempotency_key = ANY($2)
           UNION ALL
           SELECT NULL, NULL, NULL, NULL, NULL, NULL, phone
           FROM UNNEST($3::text[]) AS phone
           WHERE $5 <= (
               SELECT count(*)
               FROM (
                   SELECT
                   FROM orders
                   WHERE org_id = $1 AND contact_phone = phone AND completed_at >= $4
                       AND state IN ('no_show', 'expired') AND paid = 0 AND NOT test
                   LIMIT $5
               ) AS unpaid_ends
           )"#,
        tx.org().as_uuid(),
        keys,
        phones,
        counted_since,
        prepayment::UNPAID_ENDS,
    )
    .fetch_all(&mut **tx)
    .await?;
    let (mut placed, mut prepaying) = (Vec::new(), HashSet::new());
    for row in rows {
        if let Some(phone) = row.phone {
            prepaying.insert(phone);
        }
        if let (Some(key), Some(order), Some(number), Some(test), Some(request_hash)) = (
            row.key,
            row.order_id,
            row.order_number,
            row.test,
            row.request_hash,
        ) {
            placed.push(PlacedWithKey {
                key,
                order: OrderId::from_uuid(order),
                order_number: OrderNumber::stored(number),
                pickup_text: pickup_text(row.pickup_number.map(PickupNumber), test),
                request_hash,
            });
        }
    }
    Ok((placed, prepaying))
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
