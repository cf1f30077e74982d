//! Decisions about booked orders, and how far each is.

use chassis::{
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{AccountId, BranchId, BrandId, DecisionBatchId, OrderId, OrganisationId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Inconsistent;
use crate::domain::{
    order::pickup_text,
    order_decision::{Action, DecisionBatch, DecisionState, OrderDecision, Progress},
    order_number::PickupNumber,
};

/// Which decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its batch.
    pub batch: DecisionBatchId,
    /// Its order.
    pub order: OrderId,
}

/// A decision that was taken to be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its batch.
    pub batch: DecisionBatch,
    /// The decision.
    pub decision: OrderDecision,
    /// How far it is, the attempt that begins included.
    pub progress: Progress,
}

impl Taken {
    /// Which decision it is.
    #[must_use]
    pub fn key(&self) -> Key {
        Key {
            batch: self.batch.id,
            order: self.decision.order,
        }
    }
}

/// Outcome of a decision, with what staff identifies the order by.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The decision.
    pub decision: OrderDecision,
    /// How far it is.
    pub state: DecisionState,
    /// Why it failed; empty unless it has.
    pub reason: String,
    /// The order's numbers and its customer; none where the order is not known.
    pub names: Option<Names>,
}

/// What staff identifies an order by.
#[derive(Clone, Debug)]
pub struct Names {
    /// 訂單編號.
    pub order_number: String,
    /// 取件號碼 as people see it.
    pub pickup_number: String,
    /// Name of the customer.
    pub contact_name: String,
}

/// How far the decisions of a batch are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Still to be carried out.
    pub waiting: i64,
    /// Carried out.
    pub done: i64,
    /// Failed.
    pub failed: i64,
}

/// Inserts a batch with its decisions, due at once; a batch that is known stays as it is.
pub async fn insert(
    tx: &mut TenantTx,
    batch: &DecisionBatch,
    decisions: &[OrderDecision],
) -> Result<(), sqlx::Error> {
    let inserted = sqlx::query!(
        "INSERT INTO decision_batches (
             org_id, batch_id, brand_id, account_id, account_name, may_cancel_late, reschedule_reason,
             started_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        batch.id.as_uuid(),
        batch.brand.as_uuid(),
        batch.account.as_uuid(),
        batch.account_name,
        batch.may_cancel_late,
        batch.reschedule_reason,
        batch.started_at,
    )
    .execute(&mut **tx)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(());
    }
    let orders: Vec<Uuid> = decisions.iter().map(|one| one.order.as_uuid()).collect();
    let branches: Vec<Uuid> = decisions.iter().map(|one| one.branch.as_uuid()).collect();
    let promised: Vec<_> = decisions.iter().map(|one| one.promised_at).collect();
    let actions: Vec<_> = decisions
        .iter()
        .map(|one| one.action.as_str().to_owned())
        .collect();
    let wanted: Vec<_> = decisions.iter().map(|one| one.wanted_at).collect();
    sqlx::query!(
        "INSERT INTO order_decisions (
             org_id, batch_id, order_id, branch_id, promised_at, search_from, action, wanted_at, due_at
         )
         SELECT $1, $2, order_id, branch_id, promised_at, promised_at, action, wanted_at, $3
         FROM UNNEST($4::uuid[], $5::uuid[], $6::timestamptz[], $7::text[], $8::timestamptz[])
             AS decision (order_id, branch_id, promised_at, action, wanted_at)
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        batch.id.as_uuid(),
        batch.started_at,
        &orders,
        &branches,
        &promised,
        &actions,
        &wanted as &[Option<DateTime<Utc>>],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Up to `limit` decisions of all organisations that are due, the longest first.
pub async fn list_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, Key)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT org_id, batch_id, order_id
         FROM order_decisions
         WHERE state = 'waiting' AND due_at <= $1
         ORDER BY due_at
         LIMIT $2",
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let due = rows.into_iter().map(|row| {
        let key = Key {
            batch: DecisionBatchId::from_uuid(row.batch_id),
            order: OrderId::from_uuid(row.order_id),
        };
        (OrganisationId::from_uuid(row.org_id), key)
    });
    Ok(due.collect())
}

/// Locks a decision that is due until the transaction ends, and gets it with its batch; `None` when
/// it has ended, is not due any more or is being carried out by another replica.
pub async fn take(
    tx: &mut TenantTx,
    key: Key,
    now: DateTime<Utc>,
) -> Result<Option<Taken>, Problem> {
    let row = sqlx::query!(
        "SELECT
             brand_id, account_id, account_name, may_cancel_late, reschedule_reason, started_at, branch_id,
             promised_at, action, wanted_at, search_from, slots_refused, attempts, reason
         FROM order_decisions
         JOIN decision_batches USING (org_id, batch_id)
         WHERE org_id = $1
             AND batch_id = $2
             AND order_id = $3
             AND state = 'waiting'
             AND due_at <= $4
         FOR UPDATE OF order_decisions SKIP LOCKED",
        tx.org().as_uuid(),
        key.batch.as_uuid(),
        key.order.as_uuid(),
        now,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Taken {
        batch: DecisionBatch {
            id: key.batch,
            brand: BrandId::from_uuid(row.brand_id),
            account: AccountId::from_uuid(row.account_id),
            account_name: row.account_name,
            may_cancel_late: row.may_cancel_late,
            reschedule_reason: row.reschedule_reason,
            started_at: row.started_at,
        },
        decision: OrderDecision {
            order: key.order,
            branch: BranchId::from_uuid(row.branch_id),
            promised_at: row.promised_at,
            action: action(key.order, &row.action)?,
            wanted_at: row.wanted_at,
        },
        progress: Progress {
            attempts: row.attempts,
            slots_refused: row.slots_refused,
            search_from: row.search_from,
            reason: row.reason,
        },
    }))
}

/// Locks a decision that is still to be carried out until the transaction ends; `false` when it has ended.
pub async fn lock_waiting(tx: &mut TenantTx, key: Key) -> Result<bool, sqlx::Error> {
    let row = sqlx::query_scalar!(
        "SELECT order_id
         FROM order_decisions
         WHERE org_id = $1 AND batch_id = $2 AND order_id = $3 AND state = 'waiting'
         FOR UPDATE",
        tx.org().as_uuid(),
        key.batch.as_uuid(),
        key.order.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.is_some())
}

/// Writes the slot and the progress of a decision that is still to be carried out, and when its next
/// attempt is due.
pub async fn update_progress(
    tx: &mut TenantTx,
    taken: &Taken,
    due_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let (key, progress) = (taken.key(), &taken.progress);
    sqlx::query!(
        "UPDATE order_decisions
         SET wanted_at = $4, attempts = $5, slots_refused = $6, search_from = $7, reason = $8, due_at = $9
         WHERE org_id = $1 AND batch_id = $2 AND order_id = $3 AND state = 'waiting'",
        tx.org().as_uuid(),
        key.batch.as_uuid(),
        key.order.as_uuid(),
        taken.decision.wanted_at,
        progress.attempts,
        progress.slots_refused,
        progress.search_from,
        progress.reason,
        due_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the slot that an order is about to be rescheduled to.
pub async fn set_slot(
    tx: &mut TenantTx,
    key: Key,
    wanted_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE order_decisions
         SET wanted_at = $4
         WHERE org_id = $1 AND batch_id = $2 AND order_id = $3 AND state = 'waiting'",
        tx.org().as_uuid(),
        key.batch.as_uuid(),
        key.order.as_uuid(),
        wanted_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes why the latest attempt failed.
pub async fn set_reason(tx: &mut TenantTx, key: Key, reason: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE order_decisions
         SET reason = $4
         WHERE org_id = $1 AND batch_id = $2 AND order_id = $3 AND state = 'waiting'",
        tx.org().as_uuid(),
        key.batch.as_uuid(),
        key.order.as_uuid(),
        reason,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends a decision: done without a reason, failed with one.
pub async fn finish(tx: &mut TenantTx, key: Key, reason: Option<&str>) -> Result<(), sqlx::Error> {
    let state = match reason {
        None => DecisionState::Done,
        Some(_) => DecisionState::Failed,
    };
    sqlx::query!(
        "UPDATE order_decisions
         SET state = $4, reason = $5
         WHERE org_id = $1 AND batch_id = $2 AND order_id = $3 AND state = 'waiting'",
        tx.org().as_uuid(),
        key.batch.as_uuid(),
        key.order.as_uuid(),
        state.as_str(),
        reason.unwrap_or_default(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A batch, if it is known.
pub async fn find_batch(
    tx: &mut TenantTx,
    id: DecisionBatchId,
) -> Result<Option<DecisionBatch>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT brand_id, account_id, account_name, may_cancel_late, reschedule_reason, started_at
         FROM decision_batches
         WHERE org_id = $1 AND batch_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| DecisionBatch {
        id,
        brand: BrandId::from_uuid(row.brand_id),
        account: AccountId::from_uuid(row.account_id),
        account_name: row.account_name,
        may_cancel_late: row.may_cancel_late,
        reschedule_reason: row.reschedule_reason,
        started_at: row.started_at,
    }))
}

/// Outcomes of the decisions of a batch, by promised time.
pub async fn list_outcomes(
    tx: &mut TenantTx,
    id: DecisionBatchId,
) -> Result<Vec<Outcome>, Problem> {
    let rows = sqlx::query!(
        r#"SELECT
             decision.order_id, decision.branch_id, decision.promised_at, decision.action,
             decision.wanted_at, decision.state, decision.reason,
             orders.order_number AS "order_number?", orders.pickup_number AS "pickup_number?",
             orders.contact_name AS "contact_name?", orders.test AS "test?"
         FROM order_decisions AS decision
         LEFT JOIN orders USING (org_id, order_id)
         WHERE org_id = $1 AND decision.batch_id = $2
         ORDER BY decision.promised_at, decision.order_id"#,
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let outcomes = rows.into_iter().map(|row| {
        let order = OrderId::from_uuid(row.order_id);
        let state = DecisionState::from_word(&row.state)
            .ok_or_else(|| Inconsistent::new("order_decisions", "state", order))?;
        let pickup_number = row.pickup_number.map(PickupNumber);
        let pickup_number = pickup_text(pickup_number, row.test.unwrap_or_default());
        Ok(Outcome {
            decision: OrderDecision {
                order,
                branch: BranchId::from_uuid(row.branch_id),
                promised_at: row.promised_at,
                action: action(order, &row.action)?,
                wanted_at: row.wanted_at,
            },
            state,
            reason: match state {
                DecisionState::Failed => row.reason,
                DecisionState::Waiting | DecisionState::Done => String::new(),
            },
            names: row.order_number.map(|order_number| Names {
                order_number,
                pickup_number,
                contact_name: row.contact_name.unwrap_or_default(),
            }),
        })
    });
    outcomes.collect()
}

/// Which branches' orders are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted<'a> {
    /// Those of all branches.
    All,
    /// Those of these branches.
    Of(&'a [BranchId]),
}

/// Batches of a brand that are older than `before`, newest first, with how far their decisions about orders
/// of these branches are; those without any are left out.
pub async fn list_of_brand(
    tx: &mut TenantTx,
    brand: BrandId,
    counted: Counted<'_>,
    before: Option<DecisionBatchId>,
    limit: i64,
) -> Result<Vec<(DecisionBatch, Tally)>, sqlx::Error> {
    let branches = match counted {
        Counted::All => None,
        Counted::Of(branches) => Some(branches.iter().map(BranchId::as_uuid).collect::<Vec<_>>()),
    };
    // Ids are made by the clock, so they are in the order of time.
    let rows = sqlx::query!(
        r#"SELECT
             batch.batch_id, batch.brand_id, batch.account_id, batch.account_name,
             batch.may_cancel_late, batch.reschedule_reason, batch.started_at,
             tally.waiting AS "waiting!", tally.done AS "done!", tally.failed AS "failed!"
         FROM decision_batches AS batch
         JOIN LATERAL (
             SELECT
                 count(*) AS orders,
                 count(*) FILTER (WHERE state = 'waiting') AS waiting,
                 count(*) FILTER (WHERE state = 'done') AS done,
                 count(*) FILTER (WHERE state = 'failed') AS failed
             FROM order_decisions
             WHERE org_id = $1
                 AND batch_id = batch.batch_id
                 AND ($3::uuid[] IS NULL OR branch_id = ANY($3))
         ) AS tally ON tally.orders > 0
         WHERE batch.org_id = $1
             AND batch.brand_id = $2
             AND ($4::uuid IS NULL OR batch.batch_id < $4)
         ORDER BY batch.batch_id DESC
         LIMIT $5"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
        branches.as_deref(),
        before.map(|id| id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let batches = rows.into_iter().map(|row| {
        let batch = DecisionBatch {
            id: DecisionBatchId::from_uuid(row.batch_id),
            brand: BrandId::from_uuid(row.brand_id),
            account: AccountId::from_uuid(row.account_id),
            account_name: row.account_name,
            may_cancel_late: row.may_cancel_late,
            reschedule_reason: row.reschedule_reason,
            started_at: row.started_at,
        };
        let tally = Tally {
            waiting: row.waiting,
            done: row.done,
            failed: row.failed,
        };
        (batch, tally)
    });
    Ok(batches.collect())
}

/// Deletes up to `limit` batches of all organisations that were started before `before`, with their decisions.
pub async fn purge(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "DELETE FROM decision_batches
         WHERE (org_id, batch_id) IN (
             SELECT org_id, batch_id
             FROM decision_batches
             WHERE started_at < $1
             ORDER BY started_at
             LIMIT $2
         )",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

fn action(order: OrderId, name: &str) -> Result<Action, Inconsistent> {
    Action::from_word(name).ok_or_else(|| Inconsistent::new("order_decisions", "action", order))
}
