//! Calculations of what a rule would have done.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{BenefitRuleId, BrandId, OrganisationId, ReplayId},
    text_enum,
};
use chrono::{DateTime, Utc};
use prost::Message as _;
use proto::membership::v1::{self as wire, BenefitRule, ReplayResult};

text_enum! {
    /// State of a replay.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum ReplayState: wire::ReplayState {
        /// It goes on.
        Running = "running",
        /// The result is there.
        Finished = "finished",
        /// It could not be calculated.
        Failed = "failed",
    }
}

/// A replay.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Id.
    pub id: ReplayId,
    /// Brand.
    pub brand: BrandId,
    /// Promotion that the rule replaces.
    pub promotion: Option<BenefitRuleId>,
    /// The rule.
    pub rule: BenefitRule,
    /// Days back.
    pub days: i32,
    /// State.
    pub state: ReplayState,
    /// Orders read so far.
    pub orders_read: i32,
    /// Result.
    pub result: Option<ReplayResult>,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Stores a replay that is due at once. Fails at `replays_running` where the brand has one that goes on.
pub async fn insert(tx: &mut TenantTx, replay: &Replay) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO replays (
             org_id, replay_id, brand_id, promotion_id, rule, days, state, orders_read, started_at,
             leased_until
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        tx.org().as_uuid(),
        replay.id.as_uuid(),
        replay.brand.as_uuid(),
        replay.promotion.map(|promotion| promotion.as_uuid()),
        replay.rule.encode_to_vec(),
        replay.days,
        replay.state as _,
        replay.orders_read,
        replay.started_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A replay.
pub async fn find(tx: &mut TenantTx, id: ReplayId) -> Result<Option<Replay>, StoreError> {
    let found = sqlx::query!(
        r#"SELECT
             brand_id AS "brand: BrandId",
             promotion_id AS "promotion: BenefitRuleId",
             rule,
             days,
             state AS "state: ReplayState",
             orders_read,
             result,
             started_at,
             finished_at
         FROM replays
         WHERE org_id = $1 AND replay_id = $2"#,
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = found else {
        return Ok(None);
    };
    let broken = |column| StoreError::inconsistent("replays", column, id);
    let result = row
        .result
        .map(|bytes| ReplayResult::decode(bytes.as_slice()));
    Ok(Some(Replay {
        id,
        brand: row.brand,
        promotion: row.promotion,
        rule: BenefitRule::decode(row.rule.as_slice()).map_err(|_| broken("rule"))?,
        days: row.days,
        state: row.state,
        orders_read: row.orders_read,
        result: result.transpose().map_err(|_| broken("result"))?,
        started_at: row.started_at,
        finished_at: row.finished_at,
    }))
}

/// Takes a replay that nobody works on, and keeps others from it until `leased_until`.
pub async fn take_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
) -> Result<Option<(OrganisationId, ReplayId)>, StoreError> {
    let taken = sqlx::query!(
        r#"UPDATE replays AS replay
         SET leased_until = $2
         FROM (
             SELECT org_id, replay_id
             FROM replays
             WHERE state = 'running' AND leased_until <= $1
             ORDER BY leased_until
             LIMIT 1
             FOR UPDATE SKIP LOCKED
         ) AS due
         WHERE replay.org_id = due.org_id AND replay.replay_id = due.replay_id
         RETURNING replay.org_id AS "org: OrganisationId", replay.replay_id AS "id: ReplayId""#,
        now,
        leased_until,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(taken.map(|row| (row.org, row.id)))
}

/// Notes how far a replay is, and keeps others from it for longer.
pub async fn progress(
    tx: &mut TenantTx,
    id: ReplayId,
    orders_read: i32,
    leased_until: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE replays
         SET orders_read = $3, leased_until = $4
         WHERE org_id = $1 AND replay_id = $2 AND state = 'running'",
        tx.org().as_uuid(),
        id.as_uuid(),
        orders_read,
        leased_until,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends a replay, with its result or without one.
pub async fn finish(
    tx: &mut TenantTx,
    id: ReplayId,
    result: Option<&ReplayResult>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let state = if result.is_some() {
        ReplayState::Finished
    } else {
        ReplayState::Failed
    };
    sqlx::query!(
        "UPDATE replays
         SET state = $3, result = $4, finished_at = $5
         WHERE org_id = $1 AND replay_id = $2 AND state = 'running'",
        tx.org().as_uuid(),
        id.as_uuid(),
        state as _,
        result.map(ReplayResult::encode_to_vec),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
