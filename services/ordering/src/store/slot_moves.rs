//! Moves to other slots that are under way.

use chassis::{
    db::{SystemTx, TenantTx},
    id::{AccountId, OrderId, OrganisationId, SlotMoveId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::slot_move::SlotMove;

/// Stores a move; the timer continues it at `due_at`.
pub async fn insert(
    tx: &mut TenantTx,
    slot_move: &SlotMove,
    due_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO slot_moves (
             org_id, slot_move_id, order_id, version, wanted_at, reason, account_id, account_name,
             due_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.org().as_uuid(),
        slot_move.id.as_uuid(),
        slot_move.order.as_uuid(),
        slot_move.version,
        slot_move.wanted_at,
        slot_move.reason,
        slot_move.account.as_uuid(),
        slot_move.account_name,
        due_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a move out; `false` when it has ended already.
pub async fn take(tx: &mut TenantTx, id: SlotMoveId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "DELETE FROM slot_moves WHERE org_id = $1 AND slot_move_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Moves of an order that are under way.
pub async fn list(tx: &mut TenantTx, order: OrderId) -> Result<Vec<SlotMove>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT
             org_id, slot_move_id, order_id, version, wanted_at, reason, account_id, account_name
         FROM slot_moves
         WHERE org_id = $1 AND order_id = $2",
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(SlotMove::from).collect())
}

/// Takes up to `limit` moves of all organisations that are due, the longest due first, and puts them
/// off until `next_at`.
pub async fn take_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    next_at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, SlotMove)>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "UPDATE slot_moves
         SET due_at = $2
         WHERE (org_id, slot_move_id) IN (
             SELECT org_id, slot_move_id
             FROM slot_moves
             WHERE due_at <= $1
             ORDER BY due_at
             LIMIT $3
             FOR UPDATE SKIP LOCKED
         )
         RETURNING
             org_id, slot_move_id, order_id, version, wanted_at, reason, account_id, account_name",
        now,
        next_at,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let moves = rows
        .into_iter()
        .map(|row| (OrganisationId::from_uuid(row.org_id), SlotMove::from(row)));
    Ok(moves.collect())
}

struct Row {
    org_id: Uuid,
    slot_move_id: Uuid,
    order_id: Uuid,
    version: i64,
    wanted_at: DateTime<Utc>,
    reason: String,
    account_id: Uuid,
    account_name: String,
}

impl From<Row> for SlotMove {
    fn from(row: Row) -> Self {
        Self {
            id: SlotMoveId::from_uuid(row.slot_move_id),
            order: OrderId::from_uuid(row.order_id),
            version: row.version,
            wanted_at: row.wanted_at,
            reason: row.reason,
            account: AccountId::from_uuid(row.account_id),
            account_name: row.account_name,
        }
    }
}
