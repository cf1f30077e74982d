//! Points that orders hold or have used.

use chassis::{
    db::{StoreError, TenantTx},
    id::{MemberId, OrderId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::points::{account::UsedLot, entry::AccountKey};

chassis::text_enum! {
    /// Where a hold stands.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum HoldState {
        /// Held for an order.
        Held = "held",
        /// Used by it.
        Used = "used",
        /// Released, or given back as a whole.
        Released = "released",
    }
}

/// Points of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Whose points.
    pub account: AccountKey,
    /// How many.
    pub points: i32,
    /// Of these, how many came back after they were used.
    pub returned: i32,
    /// State.
    pub state: HoldState,
    /// Counts the holds of the order.
    pub attempt: i32,
}

/// The hold of an order, locked.
pub async fn lock(tx: &mut TenantTx, order: OrderId) -> Result<Option<Hold>, StoreError> {
    let found = sqlx::query!(
        r#"SELECT
             member_id AS "member_id: MemberId",
             programme_id, points, returned,
             state AS "state: HoldState",
             attempt
         FROM point_holds
         WHERE org_id = $1 AND order_id = $2
         FOR UPDATE"#,
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.map(|row| Hold {
        account: AccountKey {
            member: row.member_id,
            programme: row.programme_id,
        },
        points: row.points,
        returned: row.returned,
        state: row.state,
        attempt: row.attempt,
    }))
}

/// Stores the hold of an order; one that was released is replaced.
pub async fn insert(
    tx: &mut TenantTx,
    order: OrderId,
    account: AccountKey,
    lots: &[(Uuid, i32)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (ids, points): (Vec<Uuid>, Vec<i32>) = lots.iter().copied().unzip();
    sqlx::query!(
        "DELETE FROM point_hold_lots WHERE org_id = $1 AND order_id = $2",
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO point_holds AS hold (
             org_id, order_id, member_id, programme_id, points, state, held_at
         )
         VALUES ($1, $2, $3, $4, $5, 'held', $6)
         ON CONFLICT (org_id, order_id) DO UPDATE
         SET member_id = excluded.member_id, programme_id = excluded.programme_id,
             points = excluded.points, returned = 0, state = 'held', held_at = excluded.held_at,
             attempt = hold.attempt + 1",
        tx.org().as_uuid(),
        order.as_uuid(),
        account.member.as_uuid(),
        account.programme,
        points.iter().sum::<i32>(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO point_hold_lots (org_id, order_id, lot_id, points)
         SELECT $1, $2, part.lot_id, part.points
         FROM unnest($3::uuid[], $4::integer[]) AS part (lot_id, points)",
        tx.org().as_uuid(),
        order.as_uuid(),
        &ids,
        &points,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lots of a hold.
pub async fn lots(tx: &mut TenantTx, order: OrderId) -> Result<Vec<UsedLot>, StoreError> {
    let found = sqlx::query_as!(
        UsedLot,
        "SELECT lot_id AS lot, points, returned
         FROM point_hold_lots
         WHERE org_id = $1 AND order_id = $2
         ORDER BY lot_id",
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Moves a hold to another state.
pub async fn set_state(
    tx: &mut TenantTx,
    order: OrderId,
    state: HoldState,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE point_holds SET state = $3 WHERE org_id = $1 AND order_id = $2",
        tx.org().as_uuid(),
        order.as_uuid(),
        state.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that used points came back to their lots.
pub async fn note_returned(
    tx: &mut TenantTx,
    order: OrderId,
    lots: &[(Uuid, i32)],
) -> Result<(), StoreError> {
    let (ids, points): (Vec<Uuid>, Vec<i32>) = lots.iter().copied().unzip();
    sqlx::query!(
        "WITH back AS (
             SELECT * FROM unnest($3::uuid[], $4::integer[]) AS back (lot_id, points)
         ), lots AS (
             UPDATE point_hold_lots AS lot
             SET returned = lot.returned + back.points
             FROM back
             WHERE lot.org_id = $1 AND lot.order_id = $2 AND lot.lot_id = back.lot_id
         )
         UPDATE point_holds
         SET returned = returned + (SELECT coalesce(sum(points), 0) FROM back)
         WHERE org_id = $1 AND order_id = $2",
        tx.org().as_uuid(),
        order.as_uuid(),
        &ids,
        &points,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Points that an order holds of an account and has not used.
pub async fn held_by(
    tx: &mut TenantTx,
    order: OrderId,
    account: AccountKey,
) -> Result<i32, StoreError> {
    let held = sqlx::query_scalar!(
        "SELECT points
         FROM point_holds
         WHERE org_id = $1 AND order_id = $2 AND member_id = $3 AND programme_id = $4
             AND state = 'held'",
        tx.org().as_uuid(),
        order.as_uuid(),
        account.member.as_uuid(),
        account.programme,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(held.unwrap_or(0))
}
