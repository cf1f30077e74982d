//! The journal of stock movements: rows are added and never changed; old ones are folded into one.

use chassis::{
    business_day::BusinessDay,
    clock::Clock,
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, MovementId, OrderId, SkuId},
};
use chrono::{DateTime, Utc};

use crate::domain::stock::{Bucket, MovementKind, ledger::OrderMovement};

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Place in the journal.
    pub seq: i64,
    /// Id.
    pub movement_id: MovementId,
    /// Unit.
    pub sku_id: SkuId,
    /// Kind.
    pub kind: MovementKind,
    /// Change of the units on hand or held.
    pub quantity: i64,
    /// Units on hand after it.
    pub on_hand_after: i64,
    /// Units held after it.
    pub held_after: i64,
    /// Day of the bucket.
    pub business_day: BusinessDay,
    /// When.
    pub at: DateTime<Utc>,
    /// Name of who did it; empty for the system.
    pub actor: String,
    /// Order it belongs to.
    pub order_id: Option<OrderId>,
    /// Reason given.
    pub reason: String,
    /// The other branch of a transfer.
    pub other_branch_id: Option<BranchId>,
}

/// A movement by staff.
#[derive(Clone, Debug)]
pub struct StaffMovement<'a> {
    /// Unit.
    pub sku_id: SkuId,
    /// Day of the bucket.
    pub business_day: BusinessDay,
    /// Kind.
    pub kind: MovementKind,
    /// Change of the units on hand.
    pub quantity: i64,
    /// The bucket after it.
    pub after: Bucket,
    /// Name of who did it.
    pub actor: &'a str,
    /// Reason given.
    pub reason: &'a str,
    /// The other branch of a transfer.
    pub other_branch_id: Option<BranchId>,
}

/// Returns movements by their columns: `$before` ends where they are named, `$after` follows them.
macro_rules! query_movements {
    ($before:literal, $after:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Movement,
            $before + r#"
                seq,
                movement_id AS "movement_id: MovementId",
                sku_id AS "sku_id: SkuId",
                kind AS "kind: MovementKind",
                quantity,
                on_hand_after,
                held_after,
                business_day AS "business_day: BusinessDay",
                at,
                actor,
                order_id AS "order_id: OrderId",
                reason,
                other_branch_id AS "other_branch_id: BranchId"
            "# + $after,
            $($parameter)*
        )
    };
}

/// Adds movements in their order, in one statement; `by` names the actor and the reason of staff.
pub async fn insert_many(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    branch_id: BranchId,
    movements: &[OrderMovement],
    by: Option<(&str, &str)>,
) -> Result<(), StoreError> {
    if movements.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let (actor, reason) = by.unwrap_or_default();
    let ids: Vec<_> = movements
        .iter()
        .map(|_| MovementId::new(clock).as_uuid())
        .collect();
    let sku_ids: Vec<_> = movements
        .iter()
        .map(|movement| movement.sku_id.as_uuid())
        .collect();
    let kinds: Vec<_> = movements.iter().map(|movement| movement.kind).collect();
    let quantities: Vec<_> = movements.iter().map(|movement| movement.quantity).collect();
    let on_hand: Vec<_> = movements
        .iter()
        .map(|movement| movement.after.on_hand)
        .collect();
    let held: Vec<_> = movements
        .iter()
        .map(|movement| movement.after.held)
        .collect();
    let days: Vec<_> = movements
        .iter()
        .map(|movement| movement.bucket_day.date())
        .collect();
    let orders: Vec<_> = movements
        .iter()
        .map(|movement| movement.order_id.map(Into::into))
        .collect();
    sqlx::query!(
        r#"
        INSERT INTO stock_movements
            (org_id, branch_id, sku_id, movement_id, kind, quantity, on_hand_after, held_after,
             business_day, order_id, at, actor, reason)
        SELECT
            $1, $2, sku_id, movement_id, kind, quantity, on_hand_after, held_after,
            business_day, order_id, $11, $12, $13
        FROM UNNEST(
            $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::date[], $10::uuid[]
        ) AS made (
            sku_id, movement_id, kind, quantity, on_hand_after, held_after, business_day, order_id
        )
        "#,
        org,
        branch_id.as_uuid(),
        &sku_ids,
        &ids,
        &kinds as &[MovementKind],
        &quantities,
        &on_hand,
        &held,
        &days,
        &orders as &[Option<uuid::Uuid>],
        clock.now(),
        actor,
        reason,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds a movement by staff and returns it as stored.
pub async fn insert(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    branch_id: BranchId,
    movement: &StaffMovement<'_>,
) -> Result<Movement, StoreError> {
    let org = tx.org().as_uuid();
    query_movements!(
        r#"
        INSERT INTO stock_movements
            (org_id, branch_id, sku_id, movement_id, kind, quantity, on_hand_after, held_after,
             business_day, at, actor, reason, other_branch_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        RETURNING
        "#,
        "",
        org,
        branch_id.as_uuid(),
        movement.sku_id.as_uuid(),
        MovementId::new(clock).as_uuid(),
        movement.kind as MovementKind,
        movement.quantity,
        movement.after.on_hand,
        movement.after.held,
        movement.business_day.date(),
        clock.now(),
        movement.actor,
        movement.reason,
        movement.other_branch_id.map(|id| id.as_uuid()),
    )
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// Lists movements of a unit, newest first, those before `before` of the journal.
pub async fn list(
    tx: &mut TenantTx,
    branch_id: BranchId,
    sku_id: SkuId,
    before: i64,
    limit: i64,
) -> Result<Vec<Movement>, StoreError> {
    let org = tx.org().as_uuid();
    query_movements!(
        "SELECT",
        r#"
        FROM stock_movements
        WHERE org_id = $1
          AND branch_id = $2
          AND sku_id = $3
          AND seq < $4
        ORDER BY seq DESC
        LIMIT $5
        "#,
        org,
        branch_id.as_uuid(),
        sku_id.as_uuid(),
        before,
        limit,
    )
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// Folds the movements before `before` of at most `limit` buckets, each bucket's into one of kind `opening`
/// with their sum, at the place of the last of them; those of a bucket that is gone are deleted. Returns
/// how many buckets.
pub async fn fold(tx: &mut SystemTx, before: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let buckets = sqlx::query_scalar!(
        r#"
        WITH due AS (
            SELECT DISTINCT org_id, branch_id, sku_id, business_day
            FROM stock_movements
            WHERE at < $1
              AND kind <> 'opening'
            LIMIT $2
        ), folded AS (
            DELETE FROM stock_movements AS movement
            USING due
            WHERE movement.org_id = due.org_id
              AND movement.branch_id = due.branch_id
              AND movement.sku_id = due.sku_id
              AND movement.business_day = due.business_day
              AND movement.at < $1
            RETURNING
                movement.org_id, movement.branch_id, movement.sku_id, movement.business_day,
                movement.seq, movement.movement_id, movement.kind, movement.quantity,
                movement.on_hand_after, movement.held_after, movement.at
        ), opened AS (
            INSERT INTO stock_movements
                (org_id, branch_id, sku_id, business_day, seq, movement_id, kind, quantity,
                 on_hand_after, held_after, at)
            OVERRIDING SYSTEM VALUE
            SELECT
                org_id, branch_id, sku_id, business_day, max(seq),
                (array_agg(movement_id ORDER BY seq DESC))[1], 'opening',
                coalesce(sum(quantity) FILTER (WHERE kind NOT IN ('held', 'released')), 0)::bigint,
                (array_agg(on_hand_after ORDER BY seq DESC))[1],
                (array_agg(held_after ORDER BY seq DESC))[1],
                max(at)
            FROM folded
            JOIN stock_buckets USING (org_id, branch_id, sku_id, business_day)
            GROUP BY org_id, branch_id, sku_id, business_day
        )
        SELECT count(*) AS "buckets!" FROM due
        "#,
        before,
        limit,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(buckets.unsigned_abs())
}
