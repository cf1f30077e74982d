//! Adds and withdraws versions of hours of locked branches.

use chassis::{
    db::{StoreError, TenantTx},
    id::BranchId,
    sales::Method,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;

use super::STORE;
use crate::domain::hours::{MethodHours, OutsideHours, versions::HoursVersion};

/// Raises the version of the hours of a locked branch read at `version`, and returns the next.
pub async fn next_version(
    tx: &mut TenantTx,
    branch_id: BranchId,
    version: i64,
) -> Result<i64, StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query_scalar!(
        r#"
        UPDATE branches
        SET hours_version = hours_version + 1
        WHERE org_id = $1
          AND branch_id = $2
          AND hours_version = $3
        RETURNING hours_version
        "#,
        org,
        branch_id.as_uuid(),
        version,
    )
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// Keeps a version of the hours of a locked branch; hours in force at once are announced by the caller.
pub async fn insert(
    tx: &mut TenantTx,
    branch_id: BranchId,
    version: &HoursVersion,
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    let hours = &version.hours;
    sqlx::query!(
        r#"
        INSERT INTO hours_versions
            (org_id, branch_id, number, effective_at, scheduled, slot_minutes, lead_minutes,
             days_ahead, last_order_minutes, max_orders_per_slot, outside_hours, restored_from,
             saved_at, saved_by, announced_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                CASE WHEN $5 THEN NULL ELSE $13::timestamptz END)
        "#,
        org,
        branch_id.as_uuid(),
        version.number,
        version.effective_at,
        version.scheduled,
        i16::try_from(hours.slot_minutes)?,
        i16::try_from(hours.lead_minutes)?,
        i16::try_from(hours.days_ahead)?,
        i16::try_from(hours.last_order_minutes)?,
        hours.max_orders_per_slot.map(i32::try_from).transpose()?,
        hours.outside as OutsideHours,
        version.restored_from,
        version.saved_at,
        version.saved_by,
    )
    .execute(&mut **tx)
    .await?;
    insert_methods(tx, branch_id, version).await?;
    insert_periods(tx, branch_id, version).await
}

#[derive(Serialize)]
struct MethodRow {
    method: Method,
    own_week: bool,
    last_order_minutes: Option<u16>,
    lead_minutes: Option<u16>,
}

#[derive(Serialize)]
struct PeriodRow<'version> {
    service: &'version str,
    weekday: i16,
    open_minute: i16,
    close_minute: i16,
}

async fn insert_methods(
    tx: &mut TenantTx,
    branch_id: BranchId,
    version: &HoursVersion,
) -> Result<(), StoreError> {
    if version.hours.methods.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let row = |(&method, own): (&Method, &MethodHours)| MethodRow {
        method,
        own_week: own.periods.is_some(),
        last_order_minutes: own.last_order_minutes,
        lead_minutes: own.lead_minutes,
    };
    let rows: Vec<_> = version.hours.methods.iter().map(row).collect();
    sqlx::query!(
        r#"
        INSERT INTO hours_version_methods
            (org_id, branch_id, number, method, own_week, last_order_minutes, lead_minutes)
        SELECT $1, $2, $3, method, own_week, last_order_minutes, lead_minutes
        FROM jsonb_to_recordset($4) AS own (
            method text, own_week boolean, last_order_minutes smallint, lead_minutes smallint
        )
        "#,
        org,
        branch_id.as_uuid(),
        version.number,
        Json(rows) as Json<Vec<MethodRow>>,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_periods(
    tx: &mut TenantTx,
    branch_id: BranchId,
    version: &HoursVersion,
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    let hours = &version.hours;
    let of_methods = hours.methods.iter().filter_map(|(method, own)| {
        let periods = own.periods.as_deref()?;
        Some((method.as_str(), periods))
    });
    let weeks = std::iter::once((STORE, hours.periods.as_slice())).chain(of_methods);
    let rows: Vec<_> = weeks
        .flat_map(|(service, periods)| {
            periods.iter().map(move |period| PeriodRow {
                service,
                weekday: period.weekday,
                open_minute: period.open_minute,
                close_minute: period.close_minute,
            })
        })
        .collect();
    sqlx::query!(
        r#"
        INSERT INTO hours_version_periods
            (org_id, branch_id, number, service, weekday, open_minute, close_minute)
        SELECT $1, $2, $3, service, weekday, open_minute, close_minute
        FROM jsonb_to_recordset($4) AS period (
            service text, weekday smallint, open_minute smallint, close_minute smallint
        )
        "#,
        org,
        branch_id.as_uuid(),
        version.number,
        Json(rows) as Json<Vec<PeriodRow<'_>>>,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Withdraws a pending version of a locked branch.
pub async fn withdraw(
    tx: &mut TenantTx,
    branch_id: BranchId,
    number: i64,
    (at, by): (DateTime<Utc>, &str),
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    let done = sqlx::query!(
        r#"
        UPDATE hours_versions
        SET withdrawn_at = $4,
            withdrawn_by = $5
        WHERE org_id = $1
          AND branch_id = $2
          AND number = $3
          AND withdrawn_at IS NULL
          AND effective_at > $4
        "#,
        org,
        branch_id.as_uuid(),
        number,
        at,
        by,
    )
    .execute(&mut **tx)
    .await?;
    StoreError::check_row_count("hours_versions", 1, done.rows_affected())
}
