//! Settings of stock items.

use chassis::{
    business_day::BusinessDay,
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, OrganisationId, SkuId},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::types::Json;

use crate::domain::stock::{Deduct, Rules, StockItem, StockMode};

struct Row {
    sku_id: SkuId,
    mode: StockMode,
    daily_amount: i64,
    low_threshold: i64,
    weekday_amounts: Vec<Option<i64>>,
    date_days: Vec<NaiveDate>,
    date_amounts: Vec<i64>,
    max_per_order: i64,
    show_last: i16,
    deduct: Deduct,
    received_until: Option<BusinessDay>,
    version: i64,
}

impl TryFrom<Row> for StockItem {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let weekdays = match row.weekday_amounts.as_slice() {
            [] => [None; 7],
            seven => seven.try_into().map_err(|_| {
                StoreError::inconsistent("stock_items", "weekday_amounts", row.sku_id)
            })?,
        };
        let days = row.date_days.into_iter().map(BusinessDay::on);
        Ok(Self {
            sku_id: row.sku_id,
            mode: row.mode,
            daily_amount: row.daily_amount,
            low_threshold: row.low_threshold,
            rules: Rules {
                weekdays,
                dates: days.zip(row.date_amounts).collect(),
                max_per_order: row.max_per_order,
                show_last: row.show_last.into(),
                deduct: row.deduct,
            },
            received_until: row.received_until,
            version: row.version,
        })
    }
}

fn items(rows: Vec<Row>) -> Result<Vec<StockItem>, StoreError> {
    rows.into_iter().map(StockItem::try_from).collect()
}

/// Selects stock items of the organisation, its first parameter.
macro_rules! select_items {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                sku_id AS "sku_id: SkuId",
                mode AS "mode: StockMode",
                daily_amount,
                low_threshold,
                weekday_amounts AS "weekday_amounts: Vec<Option<i64>>",
                date_days,
                date_amounts,
                max_per_order,
                show_last,
                deduct AS "deduct: Deduct",
                received_until AS "received_until: BusinessDay",
                version
            FROM stock_items
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Lists the stock items of a branch, by unit.
pub async fn list(tx: &mut TenantTx, branch_id: BranchId) -> Result<Vec<StockItem>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_items!(
        "AND branch_id = $2 ORDER BY sku_id",
        org,
        branch_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    items(rows)
}

/// Finds the stock items of these units; those without one are left out.
pub async fn find_many(
    tx: &mut TenantTx,
    branch_id: BranchId,
    sku_ids: &[SkuId],
) -> Result<Vec<StockItem>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_items!(
        "AND branch_id = $2 AND sku_id = ANY($3)",
        org,
        branch_id.as_uuid(),
        sku_ids as &[SkuId],
    )
    .fetch_all(&mut **tx)
    .await?;
    items(rows)
}

/// Lists branches that have begun a day and not received what was expected for it, of each organisation at
/// most `limit`, those that wait the longest.
///
/// The clock of the wall is accurate enough for the query: with the branch locked, its business day is checked again.
pub async fn list_expecting(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, BranchId)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT org_id AS "org_id: OrganisationId", branch_id AS "branch_id: BranchId"
        FROM (
            SELECT
                org_id, branch_id,
                row_number() OVER (
                    PARTITION BY org_id ORDER BY min(item.received_until) NULLS FIRST, branch_id
                ) AS place
            FROM stock_items AS item
            JOIN branches AS branch USING (org_id, branch_id)
            WHERE item.mode = 'running'
              AND item.deduct = 'on_day'
              AND branch.state <> 'closed'
              AND coalesce(item.received_until, DATE '-infinity')
                < (($1 AT TIME ZONE branch.time_zone) - make_interval(mins => branch.cutoff_minutes))::date
            GROUP BY org_id, branch_id
        ) AS due
        WHERE place <= $2
        ORDER BY org_id, branch_id
        "#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.org_id, row.branch_id))
        .collect())
}

/// Finds the items of a locked branch that have not received what was expected until `today`.
pub async fn find_expecting(
    tx: &mut TenantTx,
    branch_id: BranchId,
    today: BusinessDay,
) -> Result<Vec<StockItem>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_items!(
        r#"
          AND branch_id = $2
          AND mode = 'running'
          AND deduct = 'on_day'
          AND (received_until IS NULL OR received_until < $3)
        ORDER BY sku_id
        "#,
        org,
        branch_id.as_uuid(),
        today.date(),
    )
    .fetch_all(&mut **tx)
    .await?;
    items(rows)
}

/// Notes that items of a locked branch have received what was expected until `today`.
pub async fn set_received(
    tx: &mut TenantTx,
    branch_id: BranchId,
    sku_ids: &[SkuId],
    today: BusinessDay,
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        UPDATE stock_items
        SET received_until = $4
        WHERE org_id = $1
          AND branch_id = $2
          AND sku_id = ANY($3)
        "#,
        org,
        branch_id.as_uuid(),
        sku_ids as &[SkuId],
        today.date(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps the settings of an item of a locked branch.
pub async fn upsert(
    tx: &mut TenantTx,
    branch_id: BranchId,
    item: &StockItem,
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    let rules = &item.rules;
    let weekdays = match rules.weekdays {
        none if none == [None; 7] => Vec::new(),
        some => some.to_vec(),
    };
    let days: Vec<_> = rules.dates.keys().map(|day| day.date()).collect();
    let amounts: Vec<_> = rules.dates.values().copied().collect();
    sqlx::query!(
        r#"
        INSERT INTO stock_items
            (org_id, branch_id, sku_id, mode, daily_amount, low_threshold, weekday_amounts,
             date_days, date_amounts, max_per_order, show_last, deduct, received_until, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (org_id, branch_id, sku_id) DO UPDATE
        SET mode = excluded.mode,
            daily_amount = excluded.daily_amount,
            low_threshold = excluded.low_threshold,
            weekday_amounts = excluded.weekday_amounts,
            date_days = excluded.date_days,
            date_amounts = excluded.date_amounts,
            max_per_order = excluded.max_per_order,
            show_last = excluded.show_last,
            deduct = excluded.deduct,
            received_until = excluded.received_until,
            version = excluded.version
        "#,
        org,
        branch_id.as_uuid(),
        item.sku_id.as_uuid(),
        item.mode as StockMode,
        item.daily_amount,
        item.low_threshold,
        &weekdays as &[Option<i64>],
        &days,
        &amounts,
        rules.max_per_order,
        i16::try_from(rules.show_last)?,
        rules.deduct as Deduct,
        item.received_until as Option<BusinessDay>,
        item.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[derive(Serialize)]
struct BasicsRow {
    sku_id: SkuId,
    mode: StockMode,
    daily_amount: i64,
    low_threshold: i64,
    deduct: Deduct,
    received_until: Option<BusinessDay>,
    version: i64,
}

/// Keeps mode, amount and threshold of items of a locked branch, all in one statement; their
/// further settings stay.
pub async fn upsert_basics(
    tx: &mut TenantTx,
    branch_id: BranchId,
    items: &[StockItem],
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    let row = |item: &StockItem| BasicsRow {
        sku_id: item.sku_id,
        mode: item.mode,
        daily_amount: item.daily_amount,
        low_threshold: item.low_threshold,
        deduct: item.rules.deduct,
        received_until: item.received_until,
        version: item.version,
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    let done = sqlx::query!(
        r#"
        INSERT INTO stock_items
            (org_id, branch_id, sku_id, mode, daily_amount, low_threshold, deduct, received_until,
             version)
        SELECT $1, $2, sku_id, mode, daily_amount, low_threshold, deduct, received_until, version
        FROM jsonb_to_recordset($3) AS kept (
            sku_id uuid, mode text, daily_amount bigint, low_threshold bigint, deduct text,
            received_until date, version bigint
        )
        ON CONFLICT (org_id, branch_id, sku_id) DO UPDATE
        SET mode = excluded.mode,
            daily_amount = excluded.daily_amount,
            low_threshold = excluded.low_threshold,
            deduct = excluded.deduct,
            received_until = excluded.received_until,
            version = excluded.version
        "#,
        org,
        branch_id.as_uuid(),
        Json(rows) as Json<Vec<BasicsRow>>,
    )
    .execute(&mut **tx)
    .await?;
    // An item that is given twice is changed once.
    StoreError::check_row_count("stock_items", items.len(), done.rows_affected())
}
