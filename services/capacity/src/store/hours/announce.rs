//! Hours that take effect by themselves, and whether that was announced.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, OrganisationId},
};
use chrono::{DateTime, Utc};

/// Lists branches whose hours have changed by themselves and are not announced yet, of each
/// organisation at most `limit`, those that wait the longest.
pub async fn list_unannounced(
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
                row_number() OVER (PARTITION BY org_id ORDER BY min(effective_at), branch_id) AS place
            FROM hours_versions
            WHERE announced_at IS NULL
              AND withdrawn_at IS NULL
              AND effective_at <= $1
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

/// Marks all hours of a locked branch that have taken effect as announced; returns whether
/// any were not.
pub async fn mark_announced(
    tx: &mut TenantTx,
    branch_id: BranchId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let org = tx.org().as_uuid();
    let done = sqlx::query!(
        r#"
        UPDATE hours_versions
        SET announced_at = $3
        WHERE org_id = $1
          AND branch_id = $2
          AND announced_at IS NULL
          AND withdrawn_at IS NULL
          AND effective_at <= $3
        "#,
        org,
        branch_id.as_uuid(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
