//! Print jobs of all organisations whose time has come.

use chassis::{
    db::{StoreError, SystemTx},
    id::{DeviceId, OrganisationId, PrintJobId},
};
use chrono::{DateTime, Utc};

/// Jobs of all organisations that are sent and whose lease, or time to be given back, is over.
pub async fn list_overdue(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, PrintJobId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT org_id AS "org: OrganisationId", job_id AS "job: PrintJobId"
         FROM print_jobs
         WHERE state = 'sent' AND (lease_until <= $1 OR withdraw_until <= $1)
         ORDER BY lease_until
         LIMIT $2"#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.job)).collect())
}

/// Jobs of all organisations that have waited longer than they may.
pub async fn list_expired(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, PrintJobId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT org_id AS "org: OrganisationId", job_id AS "job: PrintJobId"
         FROM print_jobs
         WHERE state = 'queued' AND expires_at <= $1
         ORDER BY expires_at
         LIMIT $2"#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.job)).collect())
}

/// Jobs of all organisations that wait for a device which is away, and whose print point has a substitute that is
/// not.
pub async fn list_to_move(
    tx: &mut SystemTx,
    due_before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, PrintJobId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT job.org_id AS "org: OrganisationId", job.job_id AS "job: PrintJobId"
         FROM print_jobs AS job
         JOIN device_states AS own USING (org_id, device_id)
         JOIN print_points AS point USING (org_id, point_id)
         JOIN print_points AS substitute
             ON substitute.org_id = job.org_id AND substitute.point_id = point.substitute_id
         JOIN device_states AS other
             ON other.org_id = job.org_id AND other.device_id = substitute.device_id
         WHERE job.state = 'queued' AND job.moved_from IS NULL
             AND greatest(job.due_at, job.created_at) <= $1
             AND own.state <> 'online' AND other.state = 'online'
             AND substitute.device_id <> job.device_id
         ORDER BY job.seq
         LIMIT $2"#,
        due_before,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.job)).collect())
}

/// Devices of all organisations with a job whose next try has become due.
pub async fn list_due_again(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, DeviceId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT DISTINCT org_id AS "org: OrganisationId", device_id AS "device: DeviceId"
         FROM print_jobs
         WHERE state = 'queued' AND attempt > 0 AND not_before <= $1 AND expires_at > $1
         LIMIT $2"#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.device)).collect())
}

/// Deletes jobs that ended and were made before an instant, with their attempts; returns their count.
pub async fn purge(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM print_jobs
         WHERE ctid = ANY(ARRAY(
             SELECT ctid FROM print_jobs
             WHERE created_at < $1 AND ended_at IS NOT NULL
             LIMIT $2
         ))",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(deleted.rows_affected())
}
