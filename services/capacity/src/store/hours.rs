//! Weekly hours of a branch.

use anyhow::Context as _;
use chassis::{db::TenantTx, id::BranchId};

use super::Inconsistent;
use crate::domain::hours::{Hours, Period};

/// Gets the hours of a branch; the defaults, closed, when none were ever set.
pub async fn get(tx: &mut TenantTx, branch_id: BranchId) -> anyhow::Result<Hours> {
    let org = tx.org().as_uuid();
    let settings = sqlx::query!(
        r#"
        SELECT slot_minutes, lead_minutes, days_ahead, last_order_minutes, max_orders_per_slot
        FROM hours
        WHERE org_id = $1
          AND branch_id = $2
        "#,
        org,
        branch_id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await
    .context("get the slot settings of a branch")?;
    let Some(settings) = settings else {
        return Ok(Hours::default());
    };
    let periods = sqlx::query_as!(
        Period,
        r#"
        SELECT weekday, open_minute, close_minute
        FROM hours_periods
        WHERE org_id = $1
          AND branch_id = $2
        ORDER BY weekday, open_minute
        "#,
        org,
        branch_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await
    .context("get the hours of a branch")?;
    let minutes = |column: &'static str, value: i16| {
        u16::try_from(value).map_err(|_| Inconsistent {
            table: "hours",
            column,
            key: branch_id.to_string(),
            value: value.to_string(),
        })
    };
    Ok(Hours {
        periods,
        slot_minutes: minutes("slot_minutes", settings.slot_minutes)?,
        lead_minutes: minutes("lead_minutes", settings.lead_minutes)?,
        days_ahead: minutes("days_ahead", settings.days_ahead)?,
        last_order_minutes: minutes("last_order_minutes", settings.last_order_minutes)?,
        max_orders_per_slot: settings.max_orders_per_slot.map(i64::from),
    })
}

/// Replaces the hours of a locked branch read at `version`, and tells the next version.
pub async fn replace(
    tx: &mut TenantTx,
    branch_id: BranchId,
    hours: &Hours,
    version: i64,
) -> anyhow::Result<i64> {
    let org = tx.org().as_uuid();
    let next = sqlx::query_scalar!(
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
    .context("raise the version of hours")?;
    sqlx::query!(
        r#"
        INSERT INTO hours
            (org_id, branch_id, slot_minutes, lead_minutes, days_ahead, last_order_minutes,
             max_orders_per_slot)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (org_id, branch_id) DO UPDATE
        SET slot_minutes = excluded.slot_minutes,
            lead_minutes = excluded.lead_minutes,
            days_ahead = excluded.days_ahead,
            last_order_minutes = excluded.last_order_minutes,
            max_orders_per_slot = excluded.max_orders_per_slot
        "#,
        org,
        branch_id.as_uuid(),
        i16::try_from(hours.slot_minutes)?,
        i16::try_from(hours.lead_minutes)?,
        i16::try_from(hours.days_ahead)?,
        i16::try_from(hours.last_order_minutes)?,
        hours.max_orders_per_slot.map(i32::try_from).transpose()?,
    )
    .execute(&mut **tx)
    .await
    .context("keep the slot settings of a branch")?;
    sqlx::query!(
        "DELETE FROM hours_periods WHERE org_id = $1 AND branch_id = $2",
        org,
        branch_id.as_uuid(),
    )
    .execute(&mut **tx)
    .await
    .context("clear the hours of a branch")?;
    let (weekdays, opens, closes) = columns(&hours.periods);
    sqlx::query!(
        r#"
        INSERT INTO hours_periods (org_id, branch_id, weekday, open_minute, close_minute)
        SELECT $1, $2, weekday, open_minute, close_minute
        FROM UNNEST($3::smallint[], $4::smallint[], $5::smallint[])
            AS period (weekday, open_minute, close_minute)
        "#,
        org,
        branch_id.as_uuid(),
        &weekdays,
        &opens,
        &closes,
    )
    .execute(&mut **tx)
    .await
    .context("keep the hours of a branch")?;
    Ok(next)
}

fn columns(periods: &[Period]) -> (Vec<i16>, Vec<i16>, Vec<i16>) {
    (
        periods.iter().map(|period| period.weekday).collect(),
        periods.iter().map(|period| period.open_minute).collect(),
        periods.iter().map(|period| period.close_minute).collect(),
    )
}
