//! Versions of a branch's hours.

pub mod special_days;

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, ensure};
use chassis::{
    db::{SystemTx, TenantTx},
    id::{BranchId, OrganisationId},
    sales::Method,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;

use super::Inconsistent;
use crate::domain::hours::{
    Hours, MethodHours, OutsideHours, Period,
    versions::{HoursVersion, Versions},
};

/// Name of the branch's own week among the weeks of methods.
const STORE: &str = "store";

struct Row {
    branch_id: BranchId,
    number: i64,
    effective_at: DateTime<Utc>,
    scheduled: bool,
    slot_minutes: i16,
    lead_minutes: i16,
    days_ahead: i16,
    last_order_minutes: i16,
    max_orders_per_slot: Option<i32>,
    outside_hours: OutsideHours,
    restored_from: Option<i64>,
    saved_at: DateTime<Utc>,
    saved_by: String,
    withdrawn_at: Option<DateTime<Utc>>,
    withdrawn_by: String,
}

impl Row {
    fn into_version(self) -> Result<HoursVersion, Inconsistent> {
        let minutes = |column, value| minutes(self.branch_id, column, value);
        Ok(HoursVersion {
            number: self.number,
            hours: Hours {
                periods: Vec::new(),
                methods: BTreeMap::new(),
                slot_minutes: minutes("slot_minutes", self.slot_minutes)?,
                lead_minutes: minutes("lead_minutes", self.lead_minutes)?,
                days_ahead: minutes("days_ahead", self.days_ahead)?,
                last_order_minutes: minutes("last_order_minutes", self.last_order_minutes)?,
                max_orders_per_slot: self.max_orders_per_slot.map(i64::from),
                outside: self.outside_hours,
            },
            effective_at: self.effective_at,
            scheduled: self.scheduled,
            restored_from: self.restored_from,
            saved_at: self.saved_at,
            saved_by: self.saved_by,
            withdrawn: self.withdrawn_at.map(|at| (at, self.withdrawn_by)),
        })
    }
}

fn minutes(branch_id: BranchId, column: &'static str, value: i16) -> Result<u16, Inconsistent> {
    u16::try_from(value).map_err(|_| Inconsistent {
        table: "hours_versions",
        column,
        key: branch_id.to_string(),
        value: value.to_string(),
    })
}

/// Selects versions of hours of the organisation, its first parameter.
macro_rules! select_versions {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                branch_id AS "branch_id: BranchId",
                number, effective_at, scheduled, slot_minutes, lead_minutes, days_ahead,
                last_order_minutes, max_orders_per_slot,
                outside_hours AS "outside_hours: OutsideHours",
                restored_from, saved_at, saved_by, withdrawn_at, withdrawn_by
            FROM hours_versions AS version
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// The versions of branches that count at `now` or later; a branch without any is left out.
pub async fn counting(
    tx: &mut TenantTx,
    branch_ids: &[BranchId],
    now: DateTime<Utc>,
) -> anyhow::Result<HashMap<BranchId, Versions>> {
    let org = tx.org().as_uuid();
    let rows = select_versions!(
        r#"
          AND branch_id = ANY($2)
          AND withdrawn_at IS NULL
          AND (effective_at > $3 OR number = (
              SELECT number
              FROM hours_versions
              WHERE org_id = $1
                AND branch_id = version.branch_id
                AND withdrawn_at IS NULL
                AND effective_at <= $3
              ORDER BY effective_at DESC, number DESC
              LIMIT 1
          ))
        "#,
        org,
        branch_ids as &[BranchId],
        now,
    )
    .fetch_all(&mut **tx)
    .await
    .context("get the hours that count")?;
    let mut of_branches = HashMap::<BranchId, Vec<HoursVersion>>::new();
    for (branch_id, version) in with_weeks(tx, rows).await? {
        of_branches.entry(branch_id).or_default().push(version);
    }
    let counting = of_branches.into_iter();
    Ok(counting
        .map(|(branch_id, versions)| (branch_id, Versions::of(versions)))
        .collect())
}

/// Lists versions of a branch with numbers below `before`, newest first.
pub async fn list(
    tx: &mut TenantTx,
    branch_id: BranchId,
    before: i64,
    limit: i64,
) -> anyhow::Result<Vec<HoursVersion>> {
    let org = tx.org().as_uuid();
    let rows = select_versions!(
        "AND branch_id = $2 AND number < $3 ORDER BY number DESC LIMIT $4",
        org,
        branch_id.as_uuid(),
        before,
        limit,
    )
    .fetch_all(&mut **tx)
    .await
    .context("list versions of hours")?;
    let versions = with_weeks(tx, rows).await?.into_iter();
    Ok(versions.map(|(_, version)| version).collect())
}

/// Returns whether the branch has a version of this number.
pub async fn knows(tx: &mut TenantTx, branch_id: BranchId, number: i64) -> anyhow::Result<bool> {
    let org = tx.org().as_uuid();
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM hours_versions WHERE org_id = $1 AND branch_id = $2 AND number = $3
        ) AS "known!"
        "#,
        org,
        branch_id.as_uuid(),
        number,
    )
    .fetch_one(&mut **tx)
    .await
    .context("look for a version of hours")
}

async fn with_weeks(
    tx: &mut TenantTx,
    rows: Vec<Row>,
) -> anyhow::Result<Vec<(BranchId, HoursVersion)>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let org = tx.org().as_uuid();
    let branch_ids: Vec<_> = rows.iter().map(|row| row.branch_id.as_uuid()).collect();
    let numbers: Vec<_> = rows.iter().map(|row| row.number).collect();
    let methods = sqlx::query!(
        r#"
        SELECT
            branch_id AS "branch_id!: BranchId", number AS "number!", method AS "method: Method",
            own_week, last_order_minutes, lead_minutes
        FROM UNNEST($2::uuid[], $3::bigint[]) AS asked (branch_id, number)
        JOIN hours_version_methods USING (branch_id, number)
        WHERE org_id = $1
        "#,
        org,
        &branch_ids,
        &numbers,
    )
    .fetch_all(&mut **tx)
    .await
    .context("get what methods have for themselves")?;
    let periods = sqlx::query!(
        r#"
        SELECT
            branch_id AS "branch_id!: BranchId", number AS "number!", service, weekday, open_minute,
            close_minute
        FROM UNNEST($2::uuid[], $3::bigint[]) AS asked (branch_id, number)
        JOIN hours_version_periods USING (branch_id, number)
        WHERE org_id = $1
        ORDER BY branch_id, number, service, weekday, open_minute
        "#,
        org,
        &branch_ids,
        &numbers,
    )
    .fetch_all(&mut **tx)
    .await
    .context("get the periods of hours")?;
    let mut weeks = HashMap::<(BranchId, i64, String), Vec<Period>>::new();
    for row in periods {
        let period = Period {
            weekday: row.weekday,
            open_minute: row.open_minute,
            close_minute: row.close_minute,
        };
        let week = weeks.entry((row.branch_id, row.number, row.service));
        week.or_default().push(period);
    }
    let mut own_hours = HashMap::<(BranchId, i64), BTreeMap<Method, MethodHours>>::new();
    for own in methods {
        let branch_id = own.branch_id;
        let week = (branch_id, own.number, own.method.as_str().to_owned());
        let minutes = |column, value: Option<i16>| {
            value
                .map(|value| minutes(branch_id, column, value))
                .transpose()
        };
        let hours = MethodHours {
            periods: own
                .own_week
                .then(|| weeks.remove(&week).unwrap_or_default()),
            last_order_minutes: minutes("last_order_minutes", own.last_order_minutes)?,
            lead_minutes: minutes("lead_minutes", own.lead_minutes)?,
        };
        let methods = own_hours.entry((branch_id, own.number)).or_default();
        methods.insert(own.method, hours);
    }
    let mut versions = Vec::with_capacity(rows.len());
    for row in rows {
        let branch_id = row.branch_id;
        let mut version = row.into_version()?;
        let number = version.number;
        let week = weeks.remove(&(branch_id, number, STORE.to_owned()));
        version.hours.periods = week.unwrap_or_default();
        let methods = own_hours.remove(&(branch_id, number));
        version.hours.methods = methods.unwrap_or_default();
        versions.push((branch_id, version));
    }
    Ok(versions)
}

/// Raises the version of the hours of a locked branch read at `version`, and returns the next.
pub async fn next_version(
    tx: &mut TenantTx,
    branch_id: BranchId,
    version: i64,
) -> anyhow::Result<i64> {
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
    .context("raise the version of hours")
}

/// Keeps a version of the hours of a locked branch; hours in force at once are announced by the caller.
pub async fn insert(
    tx: &mut TenantTx,
    branch_id: BranchId,
    version: &HoursVersion,
) -> anyhow::Result<()> {
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
    .await
    .context("keep a version of hours")?;
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
) -> anyhow::Result<()> {
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
    .await
    .context("keep what methods have for themselves")?;
    Ok(())
}

async fn insert_periods(
    tx: &mut TenantTx,
    branch_id: BranchId,
    version: &HoursVersion,
) -> anyhow::Result<()> {
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
    .await
    .context("keep the periods of hours")?;
    Ok(())
}

/// Withdraws a pending version of a locked branch.
pub async fn withdraw(
    tx: &mut TenantTx,
    branch_id: BranchId,
    number: i64,
    (at, by): (DateTime<Utc>, &str),
) -> anyhow::Result<()> {
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
    .await
    .context("withdraw pending hours")?;
    ensure!(
        done.rows_affected() == 1,
        "version {number} of branch {branch_id} was not pending"
    );
    Ok(())
}

/// Lists branches whose hours have changed by themselves and are not announced yet, of each
/// organisation at most `limit`, those that wait the longest.
pub async fn list_unannounced(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> anyhow::Result<Vec<(OrganisationId, BranchId)>> {
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
    .await
    .context("list hours that have taken effect")?;
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
) -> anyhow::Result<bool> {
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
    .await
    .context("note that hours were announced")?;
    Ok(done.rows_affected() > 0)
}
