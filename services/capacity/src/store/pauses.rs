//! Pauses, and the branches each is in.

mod end;
mod insert;
pub mod orders;
mod row;

pub use end::{end, end_due, end_waiting, list_due, raise};
pub use insert::{insert, join_brand};
pub use row::PauseInBranch;

use std::collections::{BTreeSet, HashMap};

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId, PauseId},
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};

use self::row::{Row, TargetColumns, read_all};
use crate::domain::pauses::{ActivePause, Ending, Reason};

/// Selects pauses, each in one of its branches, of the organisation, its first parameter.
macro_rules! select_pauses {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                pause.pause_id AS "pause_id: PauseId",
                pause.brand_id AS "brand_id: BrandId",
                pause.whole_brand,
                (
                    SELECT count(*)
                    FROM paused_branches AS every
                    WHERE every.org_id = $1
                      AND every.pause_id = pause.pause_id
                ) AS "branch_count!",
                pause.target_kind,
                pause.target_id,
                pause.target_method AS "target_method: Method",
                pause.target_label,
                pause.target_name,
                pause.channels AS "channels: Vec<Channel>",
                pause.reason AS "reason: Reason",
                pause.note,
                pause.end_kind,
                pause.end_minutes,
                pause.end_at,
                pause.restock_sku_ids,
                pause.locked,
                pause.started_at,
                pause.started_by,
                pause.version,
                place.branch_id AS "branch_id: BranchId",
                place.ends_at,
                place.ended_at,
                place.ending AS "ending: Ending",
                place.ended_by
            FROM paused_branches AS place
            JOIN pauses AS pause USING (org_id, pause_id)
            WHERE place.org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Lists the active pauses of a branch.
pub async fn list_active(
    tx: &mut TenantTx,
    branch_id: BranchId,
) -> Result<Vec<PauseInBranch>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_pauses!(
        "AND place.branch_id = $2 AND place.ended_at IS NULL",
        org,
        branch_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    read_all(rows)
}

/// Lists pauses that ended in a branch before a place in time, the latest first.
pub async fn list_ended(
    tx: &mut TenantTx,
    branch_id: BranchId,
    before: (DateTime<Utc>, PauseId),
    limit: i64,
) -> Result<Vec<PauseInBranch>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_pauses!(
        r#"
          AND place.branch_id = $2
          AND place.ended_at IS NOT NULL
          AND (place.ended_at, place.pause_id) < ($3, $4::uuid)
        ORDER BY place.ended_at DESC, place.pause_id DESC
        LIMIT $5
        "#,
        org,
        branch_id.as_uuid(),
        before.0,
        before.1.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    read_all(rows)
}

/// Finds a pause with all its branches, by their ids.
pub async fn find(tx: &mut TenantTx, pause_id: PauseId) -> Result<Vec<PauseInBranch>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_pauses!(
        "AND place.pause_id = $2 ORDER BY place.branch_id",
        org,
        pause_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    read_all(rows)
}

/// What lasts in branches, as it decides about sales; a branch without any is left out.
pub async fn lasting(
    tx: &mut TenantTx,
    branch_ids: &[BranchId],
) -> Result<HashMap<BranchId, Vec<ActivePause>>, StoreError> {
    if branch_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT
            place.branch_id AS "branch_id: BranchId",
            pause.pause_id AS "pause_id: PauseId",
            pause.target_kind,
            pause.target_id,
            pause.target_method AS "target_method: Method",
            pause.target_label,
            pause.channels AS "channels: Vec<Channel>",
            pause.reason AS "reason: Reason",
            place.ends_at
        FROM paused_branches AS place
        JOIN pauses AS pause USING (org_id, pause_id)
        WHERE place.org_id = $1
          AND place.branch_id = ANY($2)
          AND place.ended_at IS NULL
        "#,
        org,
        branch_ids as &[BranchId],
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut lasting = HashMap::<BranchId, Vec<ActivePause>>::new();
    for row in rows {
        let target = TargetColumns {
            pause_id: row.pause_id,
            kind: row.target_kind,
            id: row.target_id,
            method: row.target_method,
            label: row.target_label,
        };
        if let Some(target) = target.read()? {
            lasting.entry(row.branch_id).or_default().push(ActivePause {
                pause_id: row.pause_id,
                target,
                channels: row.channels.into_iter().collect(),
                reason: row.reason,
                ends_at: row.ends_at,
            });
        }
    }
    Ok(lasting)
}

/// Returns how many pauses last in the branch that has most of these.
pub async fn most_active(
    tx: &mut TenantTx,
    branch_ids: &BTreeSet<BranchId>,
) -> Result<i64, StoreError> {
    let org = tx.org().as_uuid();
    let branch_ids: Vec<_> = branch_ids.iter().map(BranchId::as_uuid).collect();
    let most = sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "pauses!"
        FROM paused_branches
        WHERE org_id = $1
          AND branch_id = ANY($2)
          AND ended_at IS NULL
        GROUP BY branch_id
        ORDER BY 1 DESC
        LIMIT 1
        "#,
        org,
        &branch_ids,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(most.unwrap_or(0))
}
