//! What vendors' clouds were given: the parts of the slips of tries.

use chassis::{
    db::{StoreError, TenantTx},
    id::{DeviceId, PrintJobId},
};
use chrono::{DateTime, Utc};

/// A part of a try's slip that a cloud has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudOrder {
    /// Job.
    pub job: PrintJobId,
    /// Number of the try.
    pub attempt: i16,
    /// Number of the part, from 1.
    pub part: i16,
    /// The cloud's number of it.
    pub reference: String,
    /// When the try was begun.
    pub given_at: DateTime<Utc>,
    /// After which instant the cloud prints it no more.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Stores that the parts of a try are about to be given.
pub async fn insert(
    tx: &mut TenantTx,
    job: PrintJobId,
    attempt: i16,
    parts: i16,
    device: DeviceId,
    ends_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO cloud_orders (org_id, job_id, attempt, part, device_id, given_at, ends_at)
         SELECT $1, $2, $3, part, $5, $6, $7
         FROM generate_series(1, $4::smallint) AS part",
        tx.org().as_uuid(),
        job.as_uuid(),
        attempt,
        parts,
        device.as_uuid(),
        now,
        ends_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what the cloud calls a part that it has taken.
pub async fn note_given(
    tx: &mut TenantTx,
    job: PrintJobId,
    attempt: i16,
    part: i16,
    reference: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE cloud_orders SET reference = $5
         WHERE org_id = $1 AND job_id = $2 AND attempt = $3 AND part = $4",
        tx.org().as_uuid(),
        job.as_uuid(),
        attempt,
        part,
        reference,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Asks about all parts of a try, next at an instant; `None` for never again.
pub async fn ask_about(
    tx: &mut TenantTx,
    job: PrintJobId,
    attempt: i16,
    ask_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE cloud_orders SET ask_at = $4
         WHERE org_id = $1 AND job_id = $2 AND attempt = $3",
        tx.org().as_uuid(),
        job.as_uuid(),
        attempt,
        ask_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether the cloud was given all parts of a try, as far as we know.
pub async fn is_whole(
    tx: &mut TenantTx,
    job: PrintJobId,
    attempt: i16,
) -> Result<bool, StoreError> {
    let whole = sqlx::query_scalar!(
        r#"SELECT coalesce(bool_and(reference <> ''), false) AS "whole!"
         FROM cloud_orders
         WHERE org_id = $1 AND job_id = $2 AND attempt = $3"#,
        tx.org().as_uuid(),
        job.as_uuid(),
        attempt,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(whole)
}

/// Parts at a device about which its cloud is to be asked now, the longest due first.
pub async fn list_to_ask(
    tx: &mut TenantTx,
    device: DeviceId,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<CloudOrder>, StoreError> {
    let found = sqlx::query_as!(
        CloudOrder,
        r#"SELECT
             job_id AS "job: PrintJobId",
             attempt,
             part,
             reference,
             given_at,
             ends_at
         FROM cloud_orders
         WHERE org_id = $1 AND device_id = $2 AND ask_at <= $3
         ORDER BY ask_at, part
         LIMIT $4"#,
        tx.org().as_uuid(),
        device.as_uuid(),
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// When a cloud is next to be asked about anything at a device.
pub async fn next_ask(
    tx: &mut TenantTx,
    device: DeviceId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT min(ask_at)
         FROM cloud_orders
         WHERE org_id = $1 AND device_id = $2 AND ask_at IS NOT NULL",
        tx.org().as_uuid(),
        device.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Asks about a part again at an instant; `None` for never.
pub async fn postpone(
    tx: &mut TenantTx,
    order: &CloudOrder,
    ask_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE cloud_orders SET ask_at = $5
         WHERE org_id = $1 AND job_id = $2 AND attempt = $3 AND part = $4",
        tx.org().as_uuid(),
        order.job.as_uuid(),
        order.attempt,
        order.part,
        ask_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that a part is on paper. Returns whether all parts of its try are.
pub async fn note_printed(tx: &mut TenantTx, order: &CloudOrder) -> Result<bool, StoreError> {
    sqlx::query!(
        "UPDATE cloud_orders SET printed = true
         WHERE org_id = $1 AND job_id = $2 AND attempt = $3 AND part = $4",
        tx.org().as_uuid(),
        order.job.as_uuid(),
        order.attempt,
        order.part,
    )
    .execute(&mut **tx)
    .await?;
    let all = sqlx::query_scalar!(
        r#"SELECT bool_and(printed) AS "all!"
         FROM cloud_orders
         WHERE org_id = $1 AND job_id = $2 AND attempt = $3"#,
        tx.org().as_uuid(),
        order.job.as_uuid(),
        order.attempt,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(all)
}
