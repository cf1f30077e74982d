//! Steps of refunds, and which of them are due.

use std::collections::HashMap;

use chassis::{
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{OrganisationId, RefundId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Inconsistent, json};
use crate::domain::{
    refund::Refund,
    refund_step::{RefundStep, StepKind, StepOutcome, StepState},
};

/// Which step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its refund.
    pub refund: RefundId,
    /// Its place in the refund, from 1.
    pub position: i16,
}

/// Inserts the steps of a new refund; those that have not ended are due at once.
pub async fn insert(tx: &mut TenantTx, refund: &Refund) -> Result<(), sqlx::Error> {
    for (step, position) in refund.steps.iter().zip(1_i16..) {
        let due_at = (!step.state.has_ended()).then_some(step.changed_at);
        sqlx::query!(
            "INSERT INTO refund_steps (
                 org_id, refund_id, position, kind, amount, state, changed_at, due_at
             )
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            tx.org().as_uuid(),
            refund.id.as_uuid(),
            position,
            step.kind.as_str(),
            step.amount,
            step.state.as_str(),
            step.changed_at,
            due_at,
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Steps of refunds, in their order.
pub async fn list(
    tx: &mut TenantTx,
    refunds: &[Uuid],
) -> Result<HashMap<Uuid, Vec<RefundStep>>, Problem> {
    let rows = sqlx::query!(
        "SELECT refund_id, kind, amount, state, problem, text, changed_at, returned
         FROM refund_steps
         WHERE org_id = $1 AND refund_id = ANY($2)
         ORDER BY refund_id, position",
        tx.org().as_uuid(),
        refunds,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut steps: HashMap<Uuid, Vec<RefundStep>> = HashMap::with_capacity(refunds.len());
    for row in rows {
        let inconsistent = |column| Inconsistent::new("refund_steps", column, row.refund_id);
        steps.entry(row.refund_id).or_default().push(RefundStep {
            kind: StepKind::from_word(&row.kind).ok_or_else(|| inconsistent("kind"))?,
            amount: row.amount,
            state: StepState::from_word(&row.state).ok_or_else(|| inconsistent("state"))?,
            problem: row.problem,
            text: row.text,
            changed_at: row.changed_at,
            returned: json::to_optional(row.returned).ok_or_else(|| inconsistent("returned"))?,
        });
    }
    Ok(steps)
}

/// Up to `limit` steps of all organisations that are due, the longest first.
pub async fn list_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, Key)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT org_id, refund_id, position
         FROM refund_steps
         WHERE due_at <= $1
         ORDER BY due_at
         LIMIT $2",
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let due = rows.into_iter().map(|row| {
        let key = Key {
            refund: RefundId::from_uuid(row.refund_id),
            position: row.position,
        };
        (OrganisationId::from_uuid(row.org_id), key)
    });
    Ok(due.collect())
}

/// Locks a step that is due until the transaction ends and returns how often it was attempted; `None` when
/// it has ended, is not due any more or is being carried out by another replica.
pub async fn take(
    tx: &mut TenantTx,
    key: Key,
    now: DateTime<Utc>,
) -> Result<Option<i32>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT attempts
         FROM refund_steps
         WHERE org_id = $1 AND refund_id = $2 AND position = $3 AND due_at <= $4
         FOR UPDATE SKIP LOCKED",
        tx.org().as_uuid(),
        key.refund.as_uuid(),
        key.position,
        now,
    )
    .fetch_optional(&mut **tx)
    .await
}

/// Notes an attempt at a step that has not ended, and when the next one follows.
pub async fn begin(
    tx: &mut TenantTx,
    key: Key,
    attempts: i32,
    now: DateTime<Utc>,
    due_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE refund_steps
         SET changed_at = CASE WHEN state = 'waiting' THEN $4 ELSE changed_at END,
             state = CASE WHEN state = 'waiting' THEN 'running' ELSE state END,
             attempts = $5, due_at = $6
         WHERE org_id = $1 AND refund_id = $2 AND position = $3 AND due_at IS NOT NULL",
        tx.org().as_uuid(),
        key.refund.as_uuid(),
        key.position,
        now,
        attempts,
        due_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives a step the state of an outcome, and looks at it again at `due_at`; `false` when it has ended already
/// or has that state.
pub async fn set_outcome(
    tx: &mut TenantTx,
    key: Key,
    outcome: &StepOutcome,
    now: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "UPDATE refund_steps
         SET state = $4, problem = $5, text = $6, changed_at = $7, due_at = $8, returned = $9
         WHERE org_id = $1 AND refund_id = $2 AND position = $3 AND due_at IS NOT NULL AND state <> $4",
        tx.org().as_uuid(),
        key.refund.as_uuid(),
        key.position,
        outcome.state.as_str(),
        outcome.problem,
        outcome.text,
        now,
        due_at,
        json::from_optional(outcome.returned.as_ref()),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes the step of benefits of a refund due, because the money is decided.
pub async fn hasten_benefits(
    tx: &mut TenantTx,
    refund: RefundId,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE refund_steps
         SET due_at = $3
         WHERE org_id = $1 AND refund_id = $2 AND kind = 'benefits' AND due_at > $3",
        tx.org().as_uuid(),
        refund.as_uuid(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
