//! Versions of a branch's hours.

mod announce;
mod insert;
pub mod special_days;

pub use announce::{list_unannounced, mark_announced};
pub use insert::{insert, next_version, withdraw};

use std::collections::{BTreeMap, HashMap};

use chassis::{
    db::{StoreError, TenantTx},
    id::BranchId,
    sales::Method,
};
use chrono::{DateTime, Utc};

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
    fn into_version(self) -> Result<HoursVersion, StoreError> {
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

fn minutes(branch_id: BranchId, column: &'static str, value: i16) -> Result<u16, StoreError> {
    u16::try_from(value).map_err(|_| StoreError::inconsistent("hours_versions", column, branch_id))
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
) -> Result<HashMap<BranchId, Versions>, StoreError> {
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
    .await?;
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
) -> Result<Vec<HoursVersion>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_versions!(
        "AND branch_id = $2 AND number < $3 ORDER BY number DESC LIMIT $4",
        org,
        branch_id.as_uuid(),
        before,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let versions = with_weeks(tx, rows).await?.into_iter();
    Ok(versions.map(|(_, version)| version).collect())
}

/// Returns whether the branch has a version of this number.
pub async fn knows(
    tx: &mut TenantTx,
    branch_id: BranchId,
    number: i64,
) -> Result<bool, StoreError> {
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
    .map_err(StoreError::from)
}

async fn with_weeks(
    tx: &mut TenantTx,
    rows: Vec<Row>,
) -> Result<Vec<(BranchId, HoursVersion)>, StoreError> {
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
    .await?;
    let periods = sqlx::query!(
        r#"
        SELECT
            branch_id AS "branch_id!: BranchId", number AS "number!", service, weekday, open_minute,
            close_minute
        FROM UNNEST($2::uuid[], $3::bigint[]) AS asked (branch_id, number)
        JOIN hours_version_periods USING (branch_id, number)
        WHERE org_id = $1
        "#,
        org,
        &branch_ids,
        &numbers,
    )
    .fetch_all(&mut **tx)
    .await?;
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
    for week in weeks.values_mut() {
        week.sort_unstable();
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
