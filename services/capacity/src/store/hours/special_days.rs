//! Special days of branches and brands.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId, SpecialDayId},
};
use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::hours::{
    DayPeriod,
    special_days::{Day, SpecialDay},
};

struct Row {
    special_day_id: SpecialDayId,
    brand_id: BrandId,
    branch_id: Option<BranchId>,
    name: String,
    from_date: NaiveDate,
    to_date: NaiveDate,
    open_minutes: Vec<i16>,
    close_minutes: Vec<i16>,
    locked: bool,
    version: i64,
}

impl From<Row> for SpecialDay {
    fn from(row: Row) -> Self {
        // A constraint keeps the two arrays of one length.
        let periods = row.open_minutes.into_iter().zip(row.close_minutes);
        let period = |(open_minute, close_minute)| DayPeriod {
            open_minute,
            close_minute,
        };
        Self {
            special_day_id: row.special_day_id,
            brand_id: row.brand_id,
            branch_id: row.branch_id,
            day: Day {
                name: row.name,
                from: row.from_date,
                to: row.to_date,
                periods: periods.map(period).collect(),
                locked: row.locked,
            },
            version: row.version,
        }
    }
}

/// Selects special days of the organisation, its first parameter.
macro_rules! select_days {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                special_day_id AS "special_day_id: SpecialDayId",
                brand_id AS "brand_id: BrandId",
                branch_id AS "branch_id: BranchId",
                name, from_date, to_date, open_minutes, close_minutes, locked, version
            FROM special_days
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Finds a special day of the organisation.
pub async fn find(
    tx: &mut TenantTx,
    special_day_id: SpecialDayId,
) -> Result<Option<SpecialDay>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_days!("AND special_day_id = $2", org, special_day_id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(SpecialDay::from))
}

/// Lists the special days of a brand and of all its branches that are not over by `from`, by their dates.
pub async fn list_of_brand(
    tx: &mut TenantTx,
    brand_id: BrandId,
    from: NaiveDate,
) -> Result<Vec<SpecialDay>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_days!(
        "AND brand_id = $2 AND to_date >= $3 ORDER BY from_date, special_day_id",
        org,
        brand_id.as_uuid(),
        from,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(SpecialDay::from).collect())
}

/// Lists the special days that count for branches or would without a lock, as [`list_of_brand`] does.
pub async fn list_of_branches(
    tx: &mut TenantTx,
    brand_id: BrandId,
    branch_ids: &[BranchId],
    from: NaiveDate,
) -> Result<Vec<SpecialDay>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_days!(
        r#"
          AND brand_id = $2
          AND (branch_id IS NULL OR branch_id = ANY($3))
          AND to_date >= $4
        ORDER BY from_date, special_day_id
        "#,
        org,
        brand_id.as_uuid(),
        branch_ids as &[BranchId],
        from,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(SpecialDay::from).collect())
}

/// Keeps a special day whose branches are locked, new or in place of the version before.
pub async fn save(
    tx: &mut TenantTx,
    SpecialDay {
        special_day_id,
        brand_id,
        branch_id,
        day,
        version,
    }: &SpecialDay,
    (at, by): (DateTime<Utc>, &str),
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    let opens: Vec<_> = day
        .periods
        .iter()
        .map(|period| period.open_minute)
        .collect();
    let closes: Vec<_> = day
        .periods
        .iter()
        .map(|period| period.close_minute)
        .collect();
    let done = sqlx::query!(
        r#"
        INSERT INTO special_days AS known
            (org_id, special_day_id, brand_id, branch_id, name, from_date, to_date,
             open_minutes, close_minutes, locked, version, saved_at, saved_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (org_id, special_day_id) DO UPDATE
        SET name = excluded.name,
            from_date = excluded.from_date,
            to_date = excluded.to_date,
            open_minutes = excluded.open_minutes,
            close_minutes = excluded.close_minutes,
            locked = excluded.locked,
            version = excluded.version,
            saved_at = excluded.saved_at,
            saved_by = excluded.saved_by
        WHERE known.version = excluded.version - 1
        "#,
        org,
        special_day_id.as_uuid(),
        brand_id.as_uuid(),
        branch_id.map(|id| id.as_uuid()),
        day.name,
        day.from,
        day.to,
        &opens,
        &closes,
        day.locked,
        version,
        at,
        by,
    )
    .execute(&mut **tx)
    .await?;
    StoreError::check_row_count("special_days", 1, done.rows_affected())?;
    delete_dates(tx, *special_day_id).await?;
    let owner = branch_id.map_or_else(|| brand_id.as_uuid(), |id| id.as_uuid());
    sqlx::query!(
        r#"
        INSERT INTO special_day_dates (org_id, owner_id, date, special_day_id)
        SELECT $1, $2, $3::date + number, $4
        FROM generate_series(0, $5::date - $3::date) AS number
        "#,
        org,
        owner,
        day.from,
        special_day_id.as_uuid(),
        day.to,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes a special day whose branches are locked.
pub async fn delete(tx: &mut TenantTx, special_day_id: SpecialDayId) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    delete_dates(tx, special_day_id).await?;
    sqlx::query!(
        "DELETE FROM special_days WHERE org_id = $1 AND special_day_id = $2",
        org,
        special_day_id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn delete_dates(tx: &mut TenantTx, special_day_id: SpecialDayId) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        "DELETE FROM special_day_dates WHERE org_id = $1 AND special_day_id = $2",
        org,
        special_day_id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Raises the version of the special days of locked branches, so that no schedule made before counts.
pub async fn touch(tx: &mut TenantTx, branch_ids: &[BranchId]) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        UPDATE branches
        SET special_days_version = special_days_version + 1
        WHERE org_id = $1
          AND branch_id = ANY($2)
        "#,
        org,
        branch_ids as &[BranchId],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
