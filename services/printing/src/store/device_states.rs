//! How printers are, and how much waits for them.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{DeviceId, OrganisationId},
};
use chrono::{DateTime, Utc};

use crate::domain::device::{State, Status};

/// Selects states of devices of the organisation, the first parameter.
macro_rules! select_states {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                device_id AS "device: DeviceId",
                state AS "state: State",
                reason,
                state_since AS since,
                paper_low,
                firmware,
                last_seen_at,
                offline_at,
                recovered_at,
                version
            FROM device_states
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

struct Row {
    device: DeviceId,
    state: State,
    reason: String,
    since: DateTime<Utc>,
    paper_low: bool,
    firmware: String,
    last_seen_at: Option<DateTime<Utc>>,
    offline_at: Option<DateTime<Utc>>,
    recovered_at: Option<DateTime<Utc>>,
    version: i64,
}

impl From<Row> for (DeviceId, Status) {
    fn from(row: Row) -> Self {
        let status = Status {
            state: row.state,
            reason: row.reason,
            since: row.since,
            paper_low: row.paper_low,
            firmware: row.firmware,
            last_seen_at: row.last_seen_at,
            offline_at: row.offline_at,
            recovered_at: row.recovered_at,
            version: row.version,
        };
        (row.device, status)
    }
}

/// How some devices are.
pub async fn list(
    tx: &mut TenantTx,
    ids: &[DeviceId],
) -> Result<Vec<(DeviceId, Status)>, StoreError> {
    let org = tx.org().as_uuid();
    let ids: Vec<_> = ids.iter().map(DeviceId::as_uuid).collect();
    let rows = select_states!("AND device_id = ANY($2)", org, &ids,)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// How a device is; others who serve it wait until the transaction ends.
pub async fn lock(tx: &mut TenantTx, id: DeviceId) -> Result<Option<Status>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_states!("AND device_id = $2 FOR UPDATE", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|row| <(DeviceId, Status)>::from(row).1))
}

/// Stores how a device is whose state is locked.
pub async fn update(tx: &mut TenantTx, id: DeviceId, status: &Status) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE device_states
         SET state = $3, reason = $4, state_since = $5, paper_low = $6, firmware = $7,
             last_seen_at = $8, offline_at = $9, recovered_at = $10, version = $11
         WHERE org_id = $1 AND device_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
        status.state as _,
        status.reason,
        status.since,
        status.paper_low,
        status.firmware,
        status.last_seen_at,
        status.offline_at,
        status.recovered_at,
        status.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Devices of all organisations that were silent for too long.
pub async fn list_silent(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, DeviceId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT org_id AS "org: OrganisationId", device_id AS "device: DeviceId"
         FROM device_states
         WHERE offline_at <= $1
         ORDER BY offline_at
         LIMIT $2"#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.device)).collect())
}

/// What a device has to show in a list: jobs that wait, and those of the last day that staff should look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// They wait.
    pub waiting: i32,
    /// Staff has to decide.
    pub unconfirmed: i32,
    /// They failed or expired.
    pub failed: i32,
}

/// Counts the jobs of some devices since an instant.
pub async fn count_jobs(
    tx: &mut TenantTx,
    ids: &[DeviceId],
    since: DateTime<Utc>,
) -> Result<Vec<(DeviceId, Counts)>, StoreError> {
    let ids: Vec<_> = ids.iter().map(DeviceId::as_uuid).collect();
    let rows = sqlx::query!(
        r#"SELECT
             device_id AS "device: DeviceId",
             count(*) FILTER (WHERE state IN ('queued', 'sent')) AS "waiting!",
             count(*) FILTER (WHERE state = 'unconfirmed') AS "unconfirmed!",
             count(*) FILTER (WHERE state IN ('failed', 'expired')) AS "failed!"
         FROM print_jobs
         WHERE org_id = $1 AND device_id = ANY($2)
             AND (
                 state IN ('queued', 'sent')
                 OR (state IN ('unconfirmed', 'failed', 'expired') AND ended_at >= $3)
             )
         GROUP BY device_id"#,
        tx.org().as_uuid(),
        &ids,
        since,
    )
    .fetch_all(&mut **tx)
    .await?;
    let number = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
    Ok(rows
        .into_iter()
        .map(|row| {
            let counts = Counts {
                waiting: number(row.waiting),
                unconfirmed: number(row.unconfirmed),
                failed: number(row.failed),
            };
            (row.device, counts)
        })
        .collect())
}
