//! Tries to print jobs, kept so that evidence that comes late finds its try.

use chassis::{
    db::{StoreError, TenantTx},
    id::{DeviceId, PrintJobId},
};
use chrono::{DateTime, Utc};

use crate::domain::{heads::Heads, job::Reason};

/// A try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Number.
    pub number: i16,
    /// Device.
    pub device: DeviceId,
    /// What its slips say about themselves.
    pub heads: Heads,
    /// Name of the job in a vendor's cloud; empty for none.
    pub reference: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// When the device had it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When its end was known.
    pub ended_at: Option<DateTime<Utc>>,
    /// It was printed.
    pub printed: bool,
    /// Why it was not.
    pub reason: Option<Reason>,
}

/// Stores a new try.
pub async fn insert(
    tx: &mut TenantTx,
    job: PrintJobId,
    number: i16,
    device: DeviceId,
    heads: &Heads,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO print_attempts (org_id, job_id, number, device_id, heads, sent_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        tx.org().as_uuid(),
        job.as_uuid(),
        number,
        device.as_uuid(),
        serde_json::to_value(heads).expect("heads are plain data"),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

struct Row {
    number: i16,
    device: DeviceId,
    heads: serde_json::Value,
    reference: String,
    sent_at: DateTime<Utc>,
    delivered_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    printed: bool,
    reason: String,
}

/// The tries of a job, in their order.
pub async fn list(tx: &mut TenantTx, job: PrintJobId) -> Result<Vec<Attempt>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT
             number,
             device_id AS "device: DeviceId",
             heads,
             reference,
             sent_at,
             delivered_at,
             ended_at,
             printed,
             reason
         FROM print_attempts
         WHERE org_id = $1 AND job_id = $2
         ORDER BY number"#,
        tx.org().as_uuid(),
        job.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let inconsistent = |column| StoreError::inconsistent("print_attempts", column, job);
    let attempt = |row: Row| {
        let reason = match row.reason.as_str() {
            "" => None,
            word => Some(Reason::from_word(word).ok_or_else(|| inconsistent("reason"))?),
        };
        Ok(Attempt {
            number: row.number,
            device: row.device,
            heads: serde_json::from_value(row.heads).map_err(|_| inconsistent("heads"))?,
            reference: row.reference,
            sent_at: row.sent_at,
            delivered_at: row.delivered_at,
            ended_at: row.ended_at,
            printed: row.printed,
            reason,
        })
    };
    rows.into_iter().map(attempt).collect()
}

/// Notes that the device has what was sent with a try, and what a vendor's cloud calls it.
pub async fn note_delivered(
    tx: &mut TenantTx,
    job: PrintJobId,
    number: i16,
    reference: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE print_attempts
         SET delivered_at = coalesce(delivered_at, $4),
             reference = CASE WHEN $5 = '' THEN reference ELSE $5 END
         WHERE org_id = $1 AND job_id = $2 AND number = $3",
        tx.org().as_uuid(),
        job.as_uuid(),
        number,
        now,
        reference,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes how a try ended; paper is never taken back.
pub async fn note_end(
    tx: &mut TenantTx,
    job: PrintJobId,
    number: i16,
    reason: Option<Reason>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE print_attempts
         SET ended_at = $4, printed = $5, reason = $6
         WHERE org_id = $1 AND job_id = $2 AND number = $3 AND NOT printed",
        tx.org().as_uuid(),
        job.as_uuid(),
        number,
        now,
        reason.is_none(),
        reason.map_or("", Reason::as_str),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
