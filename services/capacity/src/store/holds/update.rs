//! Changes of holds of locked branches.

use chassis::{
    db::{StoreError, TenantTx},
    id::OrderId,
};
use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::taken::{TakenRow, taken_rows};
use crate::domain::holds::{Hold, state::HoldState};

/// Writes the next states of holds of locked branches, in one statement; a released one gives its key back.
pub async fn update_many(
    tx: &mut TenantTx,
    transitions: &[(OrderId, HoldState, i64)],
) -> Result<(), StoreError> {
    if transitions.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let order_ids: Vec<_> = transitions
        .iter()
        .map(|(order_id, ..)| order_id.as_uuid())
        .collect();
    let states: Vec<_> = transitions.iter().map(|(_, state, _)| *state).collect();
    let versions: Vec<_> = transitions.iter().map(|(.., version)| *version).collect();
    let done = sqlx::query!(
        r#"
        UPDATE holds AS hold
        SET state = next.state,
            hold_key = CASE next.state WHEN 'released' THEN NULL ELSE hold.hold_key END,
            order_version = next.version
        FROM UNNEST($2::uuid[], $3::text[], $4::bigint[]) AS next (order_id, state, version)
        WHERE hold.org_id = $1
          AND hold.order_id = next.order_id
        "#,
        org,
        &order_ids,
        &states as &[HoldState],
        &versions,
    )
    .execute(&mut **tx)
    .await?;
    StoreError::check_row_count("holds", transitions.len(), done.rows_affected())
}

/// Postpones when held orders are looked up next.
pub async fn postpone(
    tx: &mut TenantTx,
    order_ids: &[OrderId],
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        UPDATE holds
        SET expires_at = greatest(expires_at, $3)
        WHERE org_id = $1
          AND order_id = ANY($2)
          AND state = 'held'
        "#,
        org,
        order_ids as &[OrderId],
        until,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Marks that orders of locked branches stay although they lie outside the hours.
pub async fn keep_outside(tx: &mut TenantTx, order_ids: &[OrderId]) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        "UPDATE holds SET kept_outside = true WHERE org_id = $1 AND order_id = ANY($2)",
        org,
        order_ids as &[OrderId],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Marks that orders of locked branches are finished: no change of hours concerns them any more.
pub async fn finish(tx: &mut TenantTx, order_ids: &[OrderId]) -> Result<(), StoreError> {
    if order_ids.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        UPDATE holds
        SET finished = true
        WHERE org_id = $1
          AND order_id = ANY($2)
          AND NOT finished
        "#,
        org,
        order_ids as &[OrderId],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the slot to which an order of a locked branch was rescheduled.
pub async fn set_slot(tx: &mut TenantTx, hold: &Hold) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    let sku_ids: Vec<_> = hold
        .parts
        .iter()
        .map(|part| part.sku_id.as_uuid())
        .collect();
    let days: Vec<_> = hold
        .parts
        .iter()
        .map(|part| part.bucket_day.date())
        .collect();
    let quantities: Vec<_> = hold.parts.iter().map(|part| part.quantity).collect();
    let takes = taken_rows(hold.taken.iter().map(|taken| (taken.key, taken.amount)));
    sqlx::query!(
        r#"
        UPDATE holds
        SET slot_starts_at = $3,
            promised_at = $4,
            business_day = $5,
            sku_ids = $6,
            bucket_days = $7,
            quantities = $8,
            takes = $9,
            kept_outside = false
        WHERE org_id = $1
          AND order_id = $2
        "#,
        org,
        hold.order_id.as_uuid(),
        hold.slot_starts_at,
        hold.promised_at,
        hold.business_day.date(),
        &sku_ids,
        &days,
        &quantities,
        takes as Json<Vec<TakenRow>>,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
