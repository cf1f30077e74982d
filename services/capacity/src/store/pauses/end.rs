//! Ends pauses in branches.

use std::collections::BTreeSet;

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, OrganisationId, PauseId, SkuId},
};
use chrono::{DateTime, Utc};

use crate::domain::pauses::Ending;

/// Ends pauses in locked branches. Returns the branches in which one ended.
pub async fn end(
    tx: &mut TenantTx,
    pause_ids: &BTreeSet<PauseId>,
    branch_ids: &BTreeSet<BranchId>,
    (at, ending, by): (DateTime<Utc>, Ending, &str),
) -> Result<BTreeSet<BranchId>, StoreError> {
    let org = tx.org().as_uuid();
    let pause_ids: Vec<_> = pause_ids.iter().map(PauseId::as_uuid).collect();
    let branch_ids: Vec<_> = branch_ids.iter().map(BranchId::as_uuid).collect();
    let ended = sqlx::query_scalar!(
        r#"
        UPDATE paused_branches
        SET ended_at = $4,
            ending = $5,
            ended_by = $6
        WHERE org_id = $1
          AND pause_id = ANY($2)
          AND branch_id = ANY($3)
          AND ended_at IS NULL
        RETURNING branch_id AS "branch_id: BranchId"
        "#,
        org,
        &pause_ids,
        &branch_ids,
        at,
        ending as Ending,
        by,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ended.into_iter().collect())
}

/// Ends the pauses of a locked branch that waited for one of these units. Returns whether there was one.
pub async fn end_waiting(
    tx: &mut TenantTx,
    branch_id: BranchId,
    sku_ids: &BTreeSet<SkuId>,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let org = tx.org().as_uuid();
    let sku_ids: Vec<_> = sku_ids.iter().map(SkuId::as_uuid).collect();
    let done = sqlx::query!(
        r#"
        UPDATE paused_branches AS place
        SET ended_at = $4,
            ending = 'restocked'
        FROM pauses AS pause
        WHERE place.org_id = $1
          AND place.branch_id = $2
          AND place.ended_at IS NULL
          AND pause.org_id = $1
          AND pause.pause_id = place.pause_id
          AND pause.end_kind = 'restocked'
          AND pause.restock_sku_ids && $3
        "#,
        org,
        branch_id.as_uuid(),
        &sku_ids,
        at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends the pauses of locked branches whose time is over. Returns the branches in which one ended.
pub async fn end_due(
    tx: &mut TenantTx,
    branch_ids: &BTreeSet<BranchId>,
    now: DateTime<Utc>,
) -> Result<BTreeSet<BranchId>, StoreError> {
    let org = tx.org().as_uuid();
    let branch_ids: Vec<_> = branch_ids.iter().map(BranchId::as_uuid).collect();
    let ended = sqlx::query_scalar!(
        r#"
        UPDATE paused_branches
        SET ended_at = ends_at,
            ending = 'time'
        WHERE org_id = $1
          AND branch_id = ANY($2)
          AND ended_at IS NULL
          AND ends_at <= $3
        RETURNING branch_id AS "branch_id: BranchId"
        "#,
        org,
        &branch_ids,
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ended.into_iter().collect())
}

/// Lists branches with pauses that are over and not ended, of each organisation at most
/// `limit`, those that wait the longest.
pub async fn list_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, BranchId)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT org_id AS "org_id: OrganisationId", branch_id AS "branch_id: BranchId"
        FROM (
            SELECT
                org_id, branch_id,
                row_number() OVER (PARTITION BY org_id ORDER BY min(ends_at), branch_id) AS place
            FROM paused_branches
            WHERE ended_at IS NULL
              AND ends_at <= $1
            GROUP BY org_id, branch_id
        ) AS due
        WHERE place <= $2
        ORDER BY org_id, branch_id
        "#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.org_id, row.branch_id))
        .collect())
}

/// Raises the version of a pause read at `version`.
pub async fn raise(tx: &mut TenantTx, pause_id: PauseId, version: i64) -> Result<bool, StoreError> {
    let org = tx.org().as_uuid();
    let done = sqlx::query!(
        r#"
        UPDATE pauses
        SET version = version + 1
        WHERE org_id = $1
          AND pause_id = $2
          AND version = $3
        "#,
        org,
        pause_id.as_uuid(),
        version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
