//! Orders counted per slot.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use chassis::{db::TenantTx, id::BranchId};
use chrono::{DateTime, Utc};

use crate::domain::hold::SlotChange;

/// Orders booked per slot from `from` on, held and committed together.
pub async fn booked(
    tx: &mut TenantTx,
    branch_id: BranchId,
    from: DateTime<Utc>,
) -> anyhow::Result<BTreeMap<DateTime<Utc>, i64>> {
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT starts_at, held + committed AS "orders!"
        FROM slots
        WHERE org_id = $1
          AND branch_id = $2
          AND starts_at >= $3
        "#,
        org,
        branch_id.as_uuid(),
        from,
    )
    .fetch_all(&mut **tx)
    .await
    .context("count the orders of slots")?;
    Ok(rows
        .into_iter()
        .map(|row| (row.starts_at, row.orders))
        .collect())
}

/// Adds held orders to slots of a locked branch, all in one statement.
///
/// `overbooked` is not touched, so an order too many breaks `slot_not_overbooked`.
pub async fn hold(
    tx: &mut TenantTx,
    branch_id: BranchId,
    orders: &BTreeMap<DateTime<Utc>, i64>,
    limit: Option<i64>,
) -> anyhow::Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let starts: Vec<_> = orders.keys().copied().collect();
    let counts: Vec<_> = orders.values().copied().collect();
    sqlx::query!(
        r#"
        INSERT INTO slots AS slot (org_id, branch_id, starts_at, held, order_limit)
        SELECT $1, $2, starts_at, orders, $5
        FROM UNNEST($3::timestamptz[], $4::bigint[]) AS added (starts_at, orders)
        ON CONFLICT (org_id, branch_id, starts_at) DO UPDATE
        SET held = slot.held + excluded.held,
            order_limit = excluded.order_limit
        "#,
        org,
        branch_id.as_uuid(),
        &starts,
        &counts,
        limit,
    )
    .execute(&mut **tx)
    .await
    .context("hold places in slots")?;
    Ok(())
}

/// Applies what settled orders do to slots of a locked branch, all in one statement.
pub async fn settle(
    tx: &mut TenantTx,
    branch_id: BranchId,
    changes: &BTreeMap<DateTime<Utc>, SlotChange>,
) -> anyhow::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let starts: Vec<_> = changes.keys().copied().collect();
    let held: Vec<_> = changes.values().map(|change| change.held).collect();
    let committed: Vec<_> = changes.values().map(|change| change.committed).collect();
    let done = sqlx::query!(
        r#"
        UPDATE slots AS slot
        SET held = slot.held + change.held,
            committed = slot.committed + change.committed,
            overbooked = least(
                slot.overbooked,
                greatest(
                    0,
                    slot.held + change.held + slot.committed + change.committed
                        - coalesce(slot.order_limit, 0)
                )
            )
        FROM UNNEST($3::timestamptz[], $4::bigint[], $5::bigint[])
            AS change (starts_at, held, committed)
        WHERE slot.org_id = $1
          AND slot.branch_id = $2
          AND slot.starts_at = change.starts_at
        "#,
        org,
        branch_id.as_uuid(),
        &starts,
        &held,
        &committed,
    )
    .execute(&mut **tx)
    .await
    .context("settle places in slots")?;
    ensure!(
        usize::try_from(done.rows_affected())? == changes.len(),
        "{} of {} slots of branch {branch_id} were there to change",
        done.rows_affected(),
        changes.len(),
    );
    Ok(())
}

/// Puts a changed limit on the slots from `from` on; bookings beyond it stay, as overbooked ones.
pub async fn set_limit(
    tx: &mut TenantTx,
    branch_id: BranchId,
    from: DateTime<Utc>,
    limit: Option<i64>,
) -> anyhow::Result<()> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        UPDATE slots
        SET order_limit = $4,
            overbooked = CASE
                WHEN $4::bigint IS NULL THEN 0
                ELSE greatest(0, held + committed - $4)
            END
        WHERE org_id = $1
          AND branch_id = $2
          AND starts_at >= $3
        "#,
        org,
        branch_id.as_uuid(),
        from,
        limit,
    )
    .execute(&mut **tx)
    .await
    .context("put a limit on slots")?;
    Ok(())
}
