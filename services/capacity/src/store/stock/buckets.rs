//! Counters of the stock.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    business_day::BusinessDay,
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, SkuId},
};
use chrono::NaiveDate;
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::stock::{Bucket, BucketChange, BucketKey, running_day};

#[derive(Serialize)]
struct Row {
    sku_id: SkuId,
    business_day: BusinessDay,
    on_hand: i64,
    held: i64,
    owed: i64,
    shortfall: i64,
}

impl Row {
    fn into_entry(self) -> (BucketKey, Bucket) {
        let bucket = Bucket {
            on_hand: self.on_hand,
            held: self.held,
            owed: self.owed,
            shortfall: self.shortfall,
        };
        ((self.sku_id, self.business_day), bucket)
    }
}

impl From<(&BucketKey, &Bucket)> for Row {
    fn from((&(sku_id, business_day), bucket): (&BucketKey, &Bucket)) -> Self {
        Self {
            sku_id,
            business_day,
            on_hand: bucket.on_hand,
            held: bucket.held,
            owed: bucket.owed,
            shortfall: bucket.shortfall,
        }
    }
}

/// Selects buckets of the organisation and branch, its first parameters.
macro_rules! select_buckets {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                sku_id AS "sku_id: SkuId",
                business_day AS "business_day: BusinessDay",
                on_hand, held, owed, shortfall
            FROM stock_buckets
            WHERE org_id = $1
              AND branch_id = $2
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Finds the buckets of these units: the running one and those of `from` and later.
pub async fn find_many(
    tx: &mut TenantTx,
    branch_id: BranchId,
    sku_ids: &[SkuId],
    from: BusinessDay,
) -> Result<HashMap<BucketKey, Bucket>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_buckets!(
        r#"
          AND sku_id = ANY($3)
          AND (business_day = $4 OR business_day >= $5)
        "#,
        org,
        branch_id.as_uuid(),
        sku_ids as &[SkuId],
        running_day().date(),
        from.date(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Row::into_entry).collect())
}

/// Finds exactly these buckets.
pub async fn find_keys(
    tx: &mut TenantTx,
    branch_id: BranchId,
    keys: &[BucketKey],
) -> Result<HashMap<BucketKey, Bucket>, StoreError> {
    let org = tx.org().as_uuid();
    let (sku_ids, days) = columns(keys.iter());
    let rows = select_buckets!(
        r#"
          AND (sku_id, business_day) IN (SELECT * FROM UNNEST($3::uuid[], $4::date[]))
        "#,
        org,
        branch_id.as_uuid(),
        &sku_ids,
        &days,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Row::into_entry).collect())
}

/// Makes buckets of a locked branch that do not exist yet.
pub async fn insert(
    tx: &mut TenantTx,
    branch_id: BranchId,
    buckets: &[(SkuId, BusinessDay, Bucket)],
) -> Result<(), StoreError> {
    if buckets.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let sku_ids: Vec<_> = buckets
        .iter()
        .map(|(sku_id, ..)| sku_id.as_uuid())
        .collect();
    let days: Vec<_> = buckets.iter().map(|(_, day, _)| day.date()).collect();
    let on_hand: Vec<_> = buckets.iter().map(|(.., bucket)| bucket.on_hand).collect();
    sqlx::query!(
        r#"
        INSERT INTO stock_buckets (org_id, branch_id, sku_id, business_day, on_hand)
        SELECT $1, $2, sku_id, business_day, on_hand
        FROM UNNEST($3::uuid[], $4::date[], $5::bigint[]) AS made (sku_id, business_day, on_hand)
        "#,
        org,
        branch_id.as_uuid(),
        &sku_ids,
        &days,
        &on_hand,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Applies what orders do, all in one statement.
///
/// The shortfall can only go down here, so a hold too many breaks `stock_not_oversold`.
pub async fn apply(
    tx: &mut TenantTx,
    branch_id: BranchId,
    changes: &BTreeMap<BucketKey, BucketChange>,
) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let (sku_ids, days) = columns(changes.keys());
    let balances: Vec<_> = changes.values().map(|change| change.balance).collect();
    let holds: Vec<_> = changes.values().map(|change| change.held).collect();
    let done = sqlx::query!(
        r#"
        UPDATE stock_buckets AS bucket
        SET on_hand = greatest(0, bucket.on_hand - bucket.owed + change.balance),
            owed = greatest(0, bucket.owed - bucket.on_hand - change.balance),
            held = bucket.held + change.held,
            shortfall = least(
                bucket.shortfall,
                greatest(0, bucket.held + change.held - (bucket.on_hand - bucket.owed + change.balance))
            )
        FROM UNNEST($3::uuid[], $4::date[], $5::bigint[], $6::bigint[])
            AS change (sku_id, business_day, balance, held)
        WHERE bucket.org_id = $1
          AND bucket.branch_id = $2
          AND bucket.sku_id = change.sku_id
          AND bucket.business_day = change.business_day
        "#,
        org,
        branch_id.as_uuid(),
        &sku_ids,
        &days,
        &balances,
        &holds,
    )
    .execute(&mut **tx)
    .await?;
    StoreError::check_row_count("stock_buckets", changes.len(), done.rows_affected())
}

/// Sets the counters of a bucket of a locked branch as staff left them.
pub async fn set(
    tx: &mut TenantTx,
    branch_id: BranchId,
    key: BucketKey,
    bucket: &Bucket,
) -> Result<(), StoreError> {
    set_many(tx, branch_id, &BTreeMap::from([(key, *bucket)])).await
}

/// Sets the counters of buckets of a locked branch as staff left them, all in one statement.
pub async fn set_many(
    tx: &mut TenantTx,
    branch_id: BranchId,
    buckets: &BTreeMap<BucketKey, Bucket>,
) -> Result<(), StoreError> {
    if buckets.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let rows: Vec<_> = buckets.iter().map(Row::from).collect();
    sqlx::query!(
        r#"
        INSERT INTO stock_buckets
            (org_id, branch_id, sku_id, business_day, on_hand, held, owed, shortfall)
        SELECT $1, $2, sku_id, business_day, on_hand, held, owed, shortfall
        FROM jsonb_to_recordset($3) AS kept (
            sku_id uuid, business_day date, on_hand bigint, held bigint, owed bigint, shortfall bigint
        )
        ON CONFLICT (org_id, branch_id, sku_id, business_day) DO UPDATE
        SET on_hand = excluded.on_hand,
            held = excluded.held,
            owed = excluded.owed,
            shortfall = excluded.shortfall
        "#,
        org,
        branch_id.as_uuid(),
        Json(rows) as Json<Vec<Row>>,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn columns<'a>(keys: impl Iterator<Item = &'a BucketKey>) -> (Vec<Uuid>, Vec<NaiveDate>) {
    keys.map(|(sku_id, day)| (sku_id.as_uuid(), day.date()))
        .unzip()
}

/// Deletes at most `limit` buckets of days before `before`. Returns how many.
pub async fn purge(tx: &mut SystemTx, before: NaiveDate, limit: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        r#"
        DELETE FROM stock_buckets
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM stock_buckets
            WHERE business_day < $1
              AND business_day <> DATE '1970-01-01'
              AND held = 0
            LIMIT $2
        ))
        "#,
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
