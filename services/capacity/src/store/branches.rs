//! Branches as catalog publishes them; their rows are the locks.

use std::collections::BTreeSet;

use chassis::{
    business_day::BusinessDay,
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId, OrderId},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::branch_state::BranchState;

/// A branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Id.
    pub branch_id: BranchId,
    /// Brand it belongs to.
    pub brand_id: BrandId,
    /// Zone.
    pub tz: Tz,
    /// Business-day cut-off in minutes after midnight.
    pub cutoff_minutes: u16,
    /// State.
    pub state: BranchState,
    /// Version in catalog.
    pub version: i64,
    /// Version of its hours, 0 while none were set.
    pub hours_version: i64,
    /// Version of the special days that concern it, its own and its brand's.
    pub special_days_version: i64,
    /// Version of its pauses, 0 while there never was one.
    pub pauses_version: i64,
    /// Version of its limits, 0 while there never was a rule.
    pub limits_version: i64,
}

impl Branch {
    /// The business day of an instant.
    #[must_use]
    pub fn business_day(&self, instant: DateTime<Utc>) -> BusinessDay {
        BusinessDay::of(instant, self.tz, self.cutoff_minutes)
    }
}

struct Row {
    branch_id: BranchId,
    brand_id: BrandId,
    time_zone: String,
    cutoff_minutes: i16,
    state: BranchState,
    version: i64,
    hours_version: i64,
    special_days_version: i64,
    pauses_version: i64,
    limits_version: i64,
}

impl TryFrom<Row> for Branch {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let inconsistent = |column| StoreError::inconsistent("branches", column, row.branch_id);
        Ok(Self {
            branch_id: row.branch_id,
            brand_id: row.brand_id,
            tz: row
                .time_zone
                .parse()
                .map_err(|_| inconsistent("time_zone"))?,
            cutoff_minutes: u16::try_from(row.cutoff_minutes)
                .map_err(|_| inconsistent("cutoff_minutes"))?,
            state: row.state,
            version: row.version,
            hours_version: row.hours_version,
            special_days_version: row.special_days_version,
            pauses_version: row.pauses_version,
            limits_version: row.limits_version,
        })
    }
}

fn branches(rows: Vec<Row>) -> Result<Vec<Branch>, StoreError> {
    rows.into_iter().map(Branch::try_from).collect()
}

/// Selects branches of the organisation, its first parameter.
macro_rules! select_branches {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                branch_id AS "branch_id: BranchId",
                brand_id AS "brand_id: BrandId",
                time_zone,
                cutoff_minutes,
                state AS "state: BranchState",
                version,
                hours_version,
                special_days_version,
                pauses_version,
                limits_version
            FROM branches
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Finds a branch of the organisation.
pub async fn find(tx: &mut TenantTx, branch_id: BranchId) -> Result<Option<Branch>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_branches!("AND branch_id = $2", org, branch_id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(Branch::try_from).transpose()
}

/// Finds a branch and keeps other transactions from changing anything of it until the transaction ends.
pub async fn lock(tx: &mut TenantTx, branch_id: BranchId) -> Result<Option<Branch>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_branches!(
        "AND branch_id = $2 FOR NO KEY UPDATE",
        org,
        branch_id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Branch::try_from).transpose()
}

/// Locks the branches that hold something for these orders, in the order of their ids.
pub async fn lock_of_orders(
    tx: &mut TenantTx,
    order_ids: &[OrderId],
) -> Result<Vec<Branch>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_branches!(
        r#"
          AND branch_id IN (
              SELECT hold.branch_id
              FROM UNNEST($2::uuid[]) AS asked (order_id),
                  LATERAL (
                      SELECT branch_id
                      FROM holds
                      WHERE org_id = $1 AND order_id = asked.order_id
                      LIMIT 1
                  ) AS hold
          )
        ORDER BY branch_id
        FOR NO KEY UPDATE
        "#,
        org,
        order_ids as &[OrderId],
    )
    .fetch_all(&mut **tx)
    .await?;
    branches(rows)
}

/// Locks all branches of a brand in the order of their ids.
pub async fn lock_brand(tx: &mut TenantTx, brand_id: BrandId) -> Result<Vec<BranchId>, StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query_scalar!(
        r#"
        SELECT branch_id AS "branch_id: BranchId"
        FROM branches
        WHERE org_id = $1
          AND brand_id = $2
        ORDER BY branch_id
        FOR NO KEY UPDATE
        "#,
        org,
        brand_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// Lists all branches of a brand, in the order of their ids.
pub async fn list_of_brand(
    tx: &mut TenantTx,
    brand_id: BrandId,
) -> Result<Vec<Branch>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_branches!(
        "AND brand_id = $2 ORDER BY branch_id",
        org,
        brand_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    branches(rows)
}

/// Lists at most `limit` branches of a brand with ids after `after`, in the order of their ids.
pub async fn page_of_brand(
    tx: &mut TenantTx,
    brand_id: BrandId,
    after: Option<BranchId>,
    limit: i64,
) -> Result<Vec<Branch>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_branches!(
        r#"
          AND brand_id = $2
          AND branch_id > coalesce($3, '00000000-0000-0000-0000-000000000000'::uuid)
        ORDER BY branch_id
        LIMIT $4
        "#,
        org,
        brand_id.as_uuid(),
        after.map(|branch_id| branch_id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    branches(rows)
}

/// Returns whether the organisation has a branch of this brand.
pub async fn brand_exists(tx: &mut TenantTx, brand_id: BrandId) -> Result<bool, StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query_scalar!(
        r#"
        SELECT EXISTS (SELECT FROM branches WHERE org_id = $1 AND brand_id = $2) AS "known!"
        "#,
        org,
        brand_id.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// Locks these branches in the order of their ids; the unknown are left out.
pub async fn lock_many(
    tx: &mut TenantTx,
    branch_ids: &BTreeSet<BranchId>,
) -> Result<Vec<Branch>, StoreError> {
    let org = tx.org().as_uuid();
    let branch_ids: Vec<_> = branch_ids.iter().map(BranchId::as_uuid).collect();
    let rows = select_branches!(
        "AND branch_id = ANY($2) ORDER BY branch_id FOR NO KEY UPDATE",
        org,
        &branch_ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    branches(rows)
}

/// What an event about the availability of a branch carries of the branch itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchVersion {
    /// Branch.
    pub branch_id: BranchId,
    /// Brand it belongs to.
    pub brand_id: BrandId,
    /// Version of its availability.
    pub version: i64,
}

/// Raises the availability versions of locked branches, and those of their pauses where `pauses` says so.
pub async fn raise_availability(
    tx: &mut TenantTx,
    branch_ids: &BTreeSet<BranchId>,
    pauses: bool,
) -> Result<Vec<BranchVersion>, StoreError> {
    let org = tx.org().as_uuid();
    let branch_ids: Vec<_> = branch_ids.iter().map(BranchId::as_uuid).collect();
    sqlx::query_as!(
        BranchVersion,
        r#"
        UPDATE branches
        SET pauses_version = pauses_version + CASE WHEN $3 THEN 1 ELSE 0 END,
            availability_version = availability_version + 1
        WHERE org_id = $1
          AND branch_id = ANY($2)
        RETURNING
            branch_id AS "branch_id: BranchId",
            brand_id AS "brand_id: BrandId",
            availability_version AS version
        "#,
        org,
        &branch_ids,
        pauses,
    )
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::from)
}

/// Stores a branch as catalog published it; an older version changes nothing. Returns whether it did.
pub async fn upsert(tx: &mut TenantTx, branch: &Branch) -> Result<bool, StoreError> {
    let org = tx.org().as_uuid();
    let done = sqlx::query!(
        r#"
        INSERT INTO branches AS known
            (org_id, branch_id, brand_id, time_zone, cutoff_minutes, state, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (org_id, branch_id) DO UPDATE
        SET brand_id = excluded.brand_id,
            time_zone = excluded.time_zone,
            cutoff_minutes = excluded.cutoff_minutes,
            state = excluded.state,
            version = excluded.version
        WHERE known.version < excluded.version
        "#,
        org,
        branch.branch_id.as_uuid(),
        branch.brand_id.as_uuid(),
        branch.tz.name(),
        i16::try_from(branch.cutoff_minutes)?,
        branch.state as BranchState,
        branch.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
