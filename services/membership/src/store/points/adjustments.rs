//! Manual adjustments of points.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{AccountId, MemberId},
};
use chrono::{DateTime, Utc};
use proto::membership::v1 as wire;
use uuid::Uuid;

use crate::domain::points::entry::AccountKey;

chassis::text_enum! {
    /// State of an adjustment.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum AdjustmentState: wire::PointAdjustmentState {
        /// Waits for a second person.
        Waiting = "waiting",
        /// Applied.
        Applied = "applied",
        /// Rejected by a second person.
        Rejected = "rejected",
        /// Nobody decided in time.
        Expired = "expired",
    }
}

/// An adjustment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Id.
    pub id: Uuid,
    /// Member.
    pub member: MemberId,
    /// Programme.
    pub programme: Uuid,
    /// Points.
    pub points: i32,
    /// Reason.
    pub reason: String,
    /// State.
    pub state: AdjustmentState,
    /// Who requested it.
    pub requested_by: AccountId,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why.
    pub decision_note: String,
    /// Its entry.
    pub entry: Option<Uuid>,
}

impl Adjustment {
    /// Whose points.
    #[must_use]
    pub const fn account(&self) -> AccountKey {
        AccountKey {
            member: self.member,
            programme: self.programme,
        }
    }
}

/// Stores a new adjustment.
pub async fn insert(tx: &mut TenantTx, adjustment: &Adjustment) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO point_adjustments (
             org_id, adjustment_id, member_id, programme_id, points, reason, state, requested_by,
             requested_at, entry_id
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tx.org().as_uuid(),
        adjustment.id,
        adjustment.member.as_uuid(),
        adjustment.programme,
        adjustment.points,
        adjustment.reason,
        adjustment.state.as_str(),
        adjustment.requested_by.as_uuid(),
        adjustment.requested_at,
        adjustment.entry,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An adjustment, locked.
pub async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<Option<Adjustment>, StoreError> {
    let found = sqlx::query_as!(
        Adjustment,
        r#"SELECT
             adjustment_id AS id,
             member_id AS "member: MemberId",
             programme_id AS programme,
             points, reason,
             state AS "state: AdjustmentState",
             requested_by AS "requested_by: AccountId",
             requested_at,
             decided_by AS "decided_by: AccountId",
             decided_at, decision_note,
             entry_id AS entry
         FROM point_adjustments
         WHERE org_id = $1 AND adjustment_id = $2
         FOR UPDATE"#,
        tx.org().as_uuid(),
        id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores a decision.
pub async fn decide(tx: &mut TenantTx, adjustment: &Adjustment) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE point_adjustments
         SET state = $3, decided_by = $4, decided_at = $5, decision_note = $6, entry_id = $7
         WHERE org_id = $1 AND adjustment_id = $2",
        tx.org().as_uuid(),
        adjustment.id,
        adjustment.state.as_str(),
        adjustment.decided_by.map(|id| id.as_uuid()),
        adjustment.decided_at,
        adjustment.decision_note,
        adjustment.entry,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adjustments before `before`, newest first.
pub async fn list(
    tx: &mut TenantTx,
    state: Option<AdjustmentState>,
    member: Option<MemberId>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Adjustment>, StoreError> {
    let found = sqlx::query_as!(
        Adjustment,
        r#"SELECT
             adjustment_id AS id,
             member_id AS "member: MemberId",
             programme_id AS programme,
             points, reason,
             state AS "state: AdjustmentState",
             requested_by AS "requested_by: AccountId",
             requested_at,
             decided_by AS "decided_by: AccountId",
             decided_at, decision_note,
             entry_id AS entry
         FROM point_adjustments
         WHERE org_id = $1
             AND ($2::text IS NULL OR state = $2)
             AND ($3::uuid IS NULL OR member_id = $3)
             AND ($4::uuid IS NULL OR adjustment_id < $4)
         ORDER BY adjustment_id DESC
         LIMIT $5"#,
        tx.org().as_uuid(),
        state.map(AdjustmentState::as_str),
        member.map(|id| id.as_uuid()),
        before,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Lets adjustments lapse that nobody decided in time: how many.
pub async fn expire(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "UPDATE point_adjustments
         SET state = 'expired'
         WHERE (org_id, adjustment_id) IN (
             SELECT org_id, adjustment_id
             FROM point_adjustments
             WHERE state = 'waiting' AND requested_at < $1
             LIMIT $2
             FOR UPDATE SKIP LOCKED
         )",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
