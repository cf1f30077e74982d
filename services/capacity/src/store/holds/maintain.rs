//! Holds of all organisations, for timers and snapshots.

use chassis::{
    db::{StoreError, SystemTx},
    id::{OrderId, OrganisationId},
    snapshot::Key,
};
use chrono::{DateTime, Utc};

/// Lists holds that lapsed by `now`, of each organisation at most `limit`, those that lapsed first.
pub async fn list_expired(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, OrderId)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT org_id AS "org_id: OrganisationId", order_id AS "order_id: OrderId"
        FROM (
            SELECT
                org_id, order_id,
                row_number() OVER (PARTITION BY org_id ORDER BY expires_at, order_id) AS place
            FROM holds
            WHERE state = 'held'
              AND expires_at <= $1
        ) AS lapsed
        WHERE place <= $2
        ORDER BY org_id, place
        "#,
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

/// Lists at most `limit` keys after `after`, in their order, of the holds that were given back for orders
/// that were made.
pub async fn list_released_keys(
    tx: &mut SystemTx,
    after: Key,
    limit: i64,
) -> Result<Vec<Key>, StoreError> {
    let rows = sqlx::query!(
        "SELECT org_id, order_id
         FROM holds
         WHERE state = 'released' AND order_version > 0 AND (org_id, order_id) > ($1, $2)
         ORDER BY org_id, order_id
         LIMIT $3",
        after.org.as_uuid(),
        after.id,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Key {
            org: OrganisationId::from_uuid(row.org_id),
            id: row.order_id,
        })
        .collect())
}

/// Deletes at most `limit` settled holds made before `before`. Returns how many.
pub async fn purge(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        r#"
        DELETE FROM holds
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM holds
            WHERE state <> 'held'
              AND held_at < $1
            LIMIT $2
        ))
        "#,
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
