//! How devices of clouds are served, and who does it: a row is leased by whoever works on it.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{DeviceId, OrganisationId},
};
use chrono::{DateTime, Utc};

use crate::domain::{
    cloud::{Link, Problem},
    device::Channel,
};

/// Stores that a new device is to be served from now on.
pub async fn insert(
    tx: &mut TenantTx,
    device: DeviceId,
    channel: Channel,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO cloud_devices (org_id, device_id, channel, state_due_at, due_at)
         VALUES ($1, $2, $3, $4, $4)",
        tx.org().as_uuid(),
        device.as_uuid(),
        channel.as_str(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How a device is served; `None` for one that no cloud drives, or has let go.
pub async fn find(tx: &mut TenantTx, device: DeviceId) -> Result<Option<Link>, StoreError> {
    let row = sqlx::query!(
        "SELECT added_to, problem, account_version, failures, state_due_at
         FROM cloud_devices
         WHERE org_id = $1 AND device_id = $2",
        tx.org().as_uuid(),
        device.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| {
        Ok(Link {
            added_to: row.added_to,
            problem: problem(&row.problem, device)?,
            account_version: row.account_version,
            failures: row.failures,
            state_due_at: row.state_due_at,
        })
    })
    .transpose()
}

fn problem(word: &str, device: DeviceId) -> Result<Option<Problem>, StoreError> {
    match word {
        "" => Ok(None),
        word => Problem::from_word(word)
            .map(Some)
            .ok_or_else(|| StoreError::inconsistent("cloud_devices", "problem", device)),
    }
}

/// Why some devices are not served; those that are, or have no cloud, are left out.
pub async fn list_problems(
    tx: &mut TenantTx,
    devices: &[DeviceId],
) -> Result<Vec<(DeviceId, Problem)>, StoreError> {
    let devices: Vec<_> = devices.iter().map(DeviceId::as_uuid).collect();
    let rows = sqlx::query!(
        r#"SELECT device_id AS "device: DeviceId", problem
         FROM cloud_devices
         WHERE org_id = $1 AND device_id = ANY($2) AND problem <> ''"#,
        tx.org().as_uuid(),
        &devices,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut problems = Vec::with_capacity(rows.len());
    for row in rows {
        problems.extend(problem(&row.problem, row.device)?.map(|found| (row.device, found)));
    }
    Ok(problems)
}

/// Stores how a device is served.
pub async fn update(tx: &mut TenantTx, device: DeviceId, link: &Link) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE cloud_devices
         SET added_to = $3, problem = $4, account_version = $5, failures = $6, state_due_at = $7
         WHERE org_id = $1 AND device_id = $2",
        tx.org().as_uuid(),
        device.as_uuid(),
        link.added_to,
        link.problem.map_or("", Problem::as_str),
        link.account_version,
        link.failures,
        link.state_due_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The cloud has let a device go: nothing is left to do.
pub async fn delete(tx: &mut TenantTx, device: DeviceId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM cloud_devices WHERE org_id = $1 AND device_id = $2",
        tx.org().as_uuid(),
        device.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many devices of a cloud are in use, and how many of them are in the account.
pub async fn count(tx: &mut TenantTx, channel: Channel) -> Result<(i64, i64), StoreError> {
    let row = sqlx::query!(
        r#"SELECT
             count(*) AS "used!",
             count(*) FILTER (WHERE cloud_devices.added_to <> '') AS "added!"
         FROM devices
         JOIN cloud_devices USING (org_id, device_id)
         WHERE org_id = $1 AND devices.channel = $2 AND NOT devices.archived"#,
        tx.org().as_uuid(),
        channel.as_str(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.used, row.added))
}

/// There is something to do for a device, also when somebody is at work on it.
pub async fn wake(
    tx: &mut TenantTx,
    device: DeviceId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE cloud_devices SET due_at = $3
         WHERE org_id = $1 AND device_id = $2 AND due_at > $3",
        tx.org().as_uuid(),
        device.as_uuid(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// There is something to do for every device of a cloud, whose account has changed.
pub async fn wake_all(
    tx: &mut TenantTx,
    channel: Channel,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE cloud_devices SET due_at = $3
         WHERE org_id = $1 AND channel = $2 AND due_at > $3",
        tx.org().as_uuid(),
        channel.as_str(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the device of a cloud, of any organisation, that is due the longest, and keeps it from others until
/// `lease_end`.
pub async fn take_due(
    tx: &mut SystemTx,
    channel: Channel,
    now: DateTime<Utc>,
    lease_end: DateTime<Utc>,
) -> Result<Option<(OrganisationId, DeviceId)>, StoreError> {
    let row = sqlx::query!(
        r#"UPDATE cloud_devices
         SET due_at = 'infinity', leased_until = $3
         WHERE (org_id, device_id) IN (
             SELECT org_id, device_id
             FROM cloud_devices
             WHERE channel = $1
                 AND (leased_until <= $2 OR (leased_until IS NULL AND due_at <= $2))
             ORDER BY due_at
             LIMIT 1
             FOR UPDATE SKIP LOCKED
         )
         RETURNING org_id AS "org: OrganisationId", device_id AS "device: DeviceId""#,
        channel.as_str(),
        now,
        lease_end,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.org, row.device)))
}

/// Ends the lease of a device that is next due at an instant, or earlier when it was woken meanwhile. Changes nothing
/// when somebody else has taken it since.
pub async fn release(
    tx: &mut TenantTx,
    device: DeviceId,
    lease_end: DateTime<Utc>,
    due_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE cloud_devices
         SET leased_until = NULL, due_at = least(due_at, $4)
         WHERE org_id = $1 AND device_id = $2 AND leased_until = $3",
        tx.org().as_uuid(),
        device.as_uuid(),
        lease_end,
        due_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
