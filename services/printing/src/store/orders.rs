//! Copies of orders of branches that print.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, OrderId, OrganisationId},
};
use chrono::{DateTime, NaiveDate, Utc};

use super::words;
use crate::domain::{document::Trigger, order::OrderState};

/// What is known of an order beside its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderCopy {
    /// Id.
    pub id: OrderId,
    /// Branch.
    pub branch: BranchId,
    /// Version in its last event.
    pub version: i64,
    /// Revision.
    pub revision: i32,
    /// State.
    pub state: OrderState,
    /// 訂單編號.
    pub order_number: String,
    /// 取件號碼.
    pub pickup_number: String,
    /// Business day it counts in.
    pub business_day: NaiveDate,
    /// A test order.
    pub test: bool,
    /// All of it was paid.
    pub paid: bool,
    /// Why it was cancelled or rejected, as ordering's enum has it; empty for no such end.
    pub cause: String,
    /// When a device confirmed its first slip.
    pub printed_at: Option<DateTime<Utc>>,
    /// When it was last heard of.
    pub changed_at: DateTime<Utc>,
}

/// Selects orders of the organisation, the first parameter.
macro_rules! select_orders {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            OrderCopy,
            r#"
            SELECT
                order_id AS "id: OrderId",
                branch_id AS "branch: BranchId",
                version,
                revision,
                state AS "state: OrderState",
                order_number,
                pickup_number,
                business_day,
                test,
                paid,
                cause,
                printed_at,
                changed_at
            FROM orders
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Finds an order.
pub async fn find(tx: &mut TenantTx, id: OrderId) -> Result<Option<OrderCopy>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_orders!("AND order_id = $2", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found)
}

/// Finds orders and keeps others from changing them until the transaction ends; in the order of their ids, so
/// that two replicas never deadlock.
pub async fn lock(tx: &mut TenantTx, ids: &[OrderId]) -> Result<Vec<OrderCopy>, StoreError> {
    let org = tx.org().as_uuid();
    let ids = words::uuids(ids);
    let found = select_orders!(
        "AND order_id = ANY($2) ORDER BY order_id FOR UPDATE",
        org,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Some orders.
pub async fn list(tx: &mut TenantTx, ids: &[OrderId]) -> Result<Vec<OrderCopy>, StoreError> {
    let org = tx.org().as_uuid();
    let ids = words::uuids(ids);
    let found = select_orders!("AND order_id = ANY($2)", org, &ids,)
        .fetch_all(&mut **tx)
        .await?;
    Ok(found)
}

/// Open orders of a branch and business day, test orders left out, by the time of their copies' making.
pub async fn list_open(
    tx: &mut TenantTx,
    branch: BranchId,
    day: NaiveDate,
    limit: i64,
) -> Result<Vec<OrderCopy>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_orders!(
        "AND branch_id = $2 AND business_day = $3 AND NOT test
         AND state IN ('placed', 'accepted', 'preparing')
         ORDER BY order_id
         LIMIT $4",
        org,
        branch.as_uuid(),
        day,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores an order that is new or whose row is locked.
pub async fn upsert(tx: &mut TenantTx, order: &OrderCopy) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO orders (
             org_id, order_id, branch_id, version, revision, state, order_number, pickup_number,
             business_day, test, paid, cause, printed_at, changed_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (org_id, order_id) DO UPDATE
         SET version = excluded.version, revision = excluded.revision, state = excluded.state,
             order_number = excluded.order_number, pickup_number = excluded.pickup_number,
             business_day = excluded.business_day, paid = excluded.paid,
             cause = excluded.cause, changed_at = excluded.changed_at",
        tx.org().as_uuid(),
        order.id.as_uuid(),
        order.branch.as_uuid(),
        order.version,
        order.revision,
        order.state as _,
        order.order_number,
        order.pickup_number,
        order.business_day,
        order.test,
        order.paid,
        order.cause,
        order.printed_at,
        order.changed_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that a slip of an order was confirmed; false when one was before.
pub async fn note_printed(
    tx: &mut TenantTx,
    id: OrderId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "UPDATE orders
         SET printed_at = $3
         WHERE org_id = $1 AND order_id = $2 AND printed_at IS NULL",
        tx.org().as_uuid(),
        id.as_uuid(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Stores what an order is in a revision; a copy that is there is replaced.
pub async fn save_snapshot(
    tx: &mut TenantTx,
    id: OrderId,
    revision: i32,
    snapshot: &[u8],
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO order_revisions (org_id, order_id, revision, snapshot)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, order_id, revision) DO UPDATE SET snapshot = excluded.snapshot",
        tx.org().as_uuid(),
        id.as_uuid(),
        revision,
        snapshot,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What some orders are in some revisions.
pub async fn list_snapshots(
    tx: &mut TenantTx,
    wanted: &[(OrderId, i32)],
) -> Result<Vec<(OrderId, i32, Vec<u8>)>, StoreError> {
    let ids = words::uuids(wanted.iter().map(|(id, _)| id));
    let revisions: Vec<i32> = wanted.iter().map(|(_, revision)| *revision).collect();
    let rows = sqlx::query!(
        r#"SELECT order_id AS "order: OrderId", revision, snapshot
         FROM order_revisions
         WHERE org_id = $1 AND (order_id, revision) IN (
             SELECT order_id, revision FROM unnest($2::uuid[], $3::int[]) AS of (order_id, revision)
         )"#,
        tx.org().as_uuid(),
        &ids,
        &revisions,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.order, row.revision, row.snapshot))
        .collect())
}

/// A step of an order of which no copy exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingStep {
    /// Order.
    pub order: OrderId,
    /// The step.
    pub trigger: Trigger,
    /// When it was.
    pub at: DateTime<Utc>,
}

/// Stores steps that wait for the copies of their orders.
pub async fn insert_steps(tx: &mut TenantTx, steps: &[WaitingStep]) -> Result<(), StoreError> {
    if steps.is_empty() {
        return Ok(());
    }
    let orders = words::uuids(steps.iter().map(|step| &step.order));
    let triggers: Vec<Trigger> = steps.iter().map(|step| step.trigger).collect();
    let times: Vec<DateTime<Utc>> = steps.iter().map(|step| step.at).collect();
    sqlx::query!(
        "INSERT INTO waiting_steps (org_id, order_id, trigger, at, next_try_at)
         SELECT $1, order_id, trigger, at, at
         FROM unnest($2::uuid[], $3::text[], $4::timestamptz[]) AS step (order_id, trigger, at)
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        &orders,
        &words::of(&triggers, Trigger::as_str),
        &times,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the steps of orders of which there are copies now, in their order.
pub async fn take_steps(
    tx: &mut TenantTx,
    orders: &[OrderId],
) -> Result<Vec<WaitingStep>, StoreError> {
    let rows = sqlx::query_as!(
        WaitingStep,
        r#"DELETE FROM waiting_steps
         WHERE org_id = $1 AND order_id = ANY($2)
         RETURNING order_id AS "order: OrderId", trigger AS "trigger: Trigger", at"#,
        tx.org().as_uuid(),
        &words::uuids(orders),
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut steps = rows;
    steps.sort_by_key(|step| (step.at, step.trigger));
    Ok(steps)
}

/// Takes the orders of all organisations whose copies are due to be fetched, and puts them off for as long as
/// `retry_at` says.
pub async fn take_missing(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    retry_at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, OrderId)>, StoreError> {
    let rows = sqlx::query!(
        r#"UPDATE waiting_steps
         SET next_try_at = $2, tries = tries + 1
         WHERE (org_id, order_id, trigger) IN (
             SELECT org_id, order_id, trigger
             FROM waiting_steps
             WHERE next_try_at <= $1
             ORDER BY next_try_at
             LIMIT $3
             FOR UPDATE SKIP LOCKED
         )
         RETURNING org_id AS "org: OrganisationId", order_id AS "order: OrderId""#,
        now,
        retry_at,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.order)).collect())
}

/// Deletes copies of orders that were last heard of before an instant and have no job; returns their count.
pub async fn purge(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM orders
         WHERE ctid = ANY(ARRAY(
             SELECT ctid FROM orders AS old
             WHERE changed_at < $1 AND NOT EXISTS (
                 SELECT 1 FROM print_jobs AS job
                 WHERE job.org_id = old.org_id AND job.order_id = old.order_id
             )
             LIMIT $2
         ))",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(deleted.rows_affected())
}
