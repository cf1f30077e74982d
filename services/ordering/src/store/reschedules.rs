//! Reschedulings of orders that are under way.

use chassis::{
    db::{SystemTx, TenantTx},
    id::{AccountId, OrderId, OrganisationId, RescheduleId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::reschedule::Reschedule;

/// Stores a rescheduling; the timer continues it at `due_at`.
pub async fn insert(
    tx: &mut TenantTx,
    reschedule: &Reschedule,
    due_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO reschedules (
             org_id, reschedule_id, order_id, version, wanted_at, reason, account_id, account_name,
             due_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.org().as_uuid(),
        reschedule.id.as_uuid(),
        reschedule.order.as_uuid(),
        reschedule.version,
        reschedule.wanted_at,
        reschedule.reason,
        reschedule.account.as_uuid(),
        reschedule.account_name,
        due_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a rescheduling out; `false` when it has ended already.
pub async fn take(tx: &mut TenantTx, id: RescheduleId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "DELETE FROM reschedules WHERE org_id = $1 AND reschedule_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Reschedulings of an order that are under way.
pub async fn list(tx: &mut TenantTx, order: OrderId) -> Result<Vec<Reschedule>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT
             org_id, reschedule_id, order_id, version, wanted_at, reason, account_id, account_name
         FROM reschedules
         WHERE org_id = $1 AND order_id = $2",
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Reschedule::from).collect())
}

/// Takes up to `limit` reschedulings of all organisations that are due, the longest due first, and puts them
/// off until `next_at`.
pub async fn take_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    next_at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, Reschedule)>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "UPDATE reschedules
         SET due_at = $2
         WHERE (org_id, reschedule_id) IN (
             SELECT org_id, reschedule_id
             FROM reschedules
             WHERE due_at <= $1
             ORDER BY due_at
             LIMIT $3
             FOR UPDATE SKIP LOCKED
         )
         RETURNING
             org_id, reschedule_id, order_id, version, wanted_at, reason, account_id, account_name",
        now,
        next_at,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let due = rows
        .into_iter()
        .map(|row| (OrganisationId::from_uuid(row.org_id), Reschedule::from(row)));
    Ok(due.collect())
}

struct Row {
    org_id: Uuid,
    reschedule_id: Uuid,
    order_id: Uuid,
    version: i64,
    wanted_at: DateTime<Utc>,
    reason: String,
    account_id: Uuid,
    account_name: String,
}

impl From<Row> for Reschedule {
    fn from(row: Row) -> Self {
        Self {
            id: RescheduleId::from_uuid(row.reschedule_id),
            order: OrderId::from_uuid(row.order_id),
            version: row.version,
            wanted_at: row.wanted_at,
            reason: row.reason,
            account: AccountId::from_uuid(row.account_id),
            account_name: row.account_name,
        }
    }
}
