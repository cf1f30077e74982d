//! Moves to other slots that are under way.

use chassis::{
    db::{SystemTx, TenantTx},
    id::{AccountId, OrderId, OrganisationId, SlotMoveId},
};
use chrono::{DateTime, Utc};

use crate::domain::slot_move::SlotMove;

/// Remembers a move.
pub async fn insert(tx: &mut TenantTx, wish: &SlotMove) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO slot_moves (
             org_id, slot_move_id, order_id, version, wanted_at, reason, account_id, account_name,
             begun_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.org().as_uuid(),
        wish.id.as_uuid(),
        wish.order.as_uuid(),
        wish.version,
        wish.wanted_at,
        wish.reason,
        wish.account.as_uuid(),
        wish.account_name,
        wish.begun_at,
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

/// Up to `limit` moves of all organisations that were begun before `before`, the oldest first.
pub async fn list_begun(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, SlotMove)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT
             org_id, slot_move_id, order_id, version, wanted_at, reason, account_id, account_name,
             begun_at
         FROM slot_moves
         WHERE begun_at < $1
         ORDER BY begun_at
         LIMIT $2",
        before,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let moves = rows.into_iter().map(|row| {
        let wish = SlotMove {
            id: SlotMoveId::from_uuid(row.slot_move_id),
            order: OrderId::from_uuid(row.order_id),
            version: row.version,
            wanted_at: row.wanted_at,
            reason: row.reason,
            account: AccountId::from_uuid(row.account_id),
            account_name: row.account_name,
            begun_at: row.begun_at,
        };
        (OrganisationId::from_uuid(row.org_id), wish)
    });
    Ok(moves.collect())
}
