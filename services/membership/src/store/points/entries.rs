//! Entries of points, which are only ever added.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    db::{StoreError, TenantTx},
    id::{AccountId, BranchId, MemberId, OrderId, RefundId},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    domain::points::entry::{EntryKind, NewEntry},
    store::new_id,
};

/// Adds entries in their order, and carries them into accounts and lots: each with its id and the balance after it.
pub async fn insert(
    tx: &mut TenantTx,
    entries: &[NewEntry],
) -> Result<Vec<(Uuid, i32)>, StoreError> {
    let mut added = Vec::with_capacity(entries.len());
    for entry in entries {
        let id = new_id(entry.at);
        let about = &entry.about;
        let params = serde_json::to_value(&entry.params).unwrap_or_default();
        let (lots, points): (Vec<Uuid>, Vec<i32>) = entry
            .lots
            .iter()
            .copied()
            .filter(|(_, points)| *points != 0)
            .unzip();
        // The trigger sets number and balance.
        let balance = sqlx::query_scalar!(
            r#"WITH entry AS (
                 INSERT INTO point_entries (
                     org_id, entry_id, member_id, programme_id, seq, kind, points, pending, debt,
                     balance, at, order_id, order_number, branch_id, refund_id, programme_version,
                     explanation, params, operator, reason, source
                 )
                 VALUES (
                     $1, $2, $3, $4, 0, $5, $6, $7, $8, 0, $9, $10, $11, $12, $13, $14, $15, $16,
                     $17, $18, $19
                 )
                 RETURNING org_id, entry_id, balance
             ), changes AS (
                 INSERT INTO point_lot_changes (org_id, entry_id, lot_id, points)
                 SELECT entry.org_id, entry.entry_id, change.lot_id, change.points
                 FROM entry, unnest($20::uuid[], $21::integer[]) AS change (lot_id, points)
             )
             SELECT balance AS "balance!" FROM entry"#,
            tx.org().as_uuid(),
            id,
            entry.account.member.as_uuid(),
            entry.account.programme,
            entry.kind.as_str(),
            entry.points(),
            entry.pending,
            entry.debt,
            entry.at,
            about.order.map(|id| id.as_uuid()),
            about.order_number,
            about.branch.map(|id| id.as_uuid()),
            about.refund.map(|id| id.as_uuid()),
            about.programme_version,
            entry.explanation,
            params,
            about.operator.map(|id| id.as_uuid()),
            about.reason,
            entry.source,
            &lots,
            &points,
        )
        .fetch_one(&mut **tx)
        .await?;
        added.push((id, balance));
    }
    Ok(added)
}

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Id.
    pub id: Uuid,
    /// Member.
    pub member: MemberId,
    /// Programme.
    pub programme: Uuid,
    /// Kind.
    pub kind: EntryKind,
    /// Change of the balance.
    pub points: i32,
    /// Change of what waits.
    pub pending: i32,
    /// Change of what is owed.
    pub debt: i32,
    /// Balance after it.
    pub balance: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// Order.
    pub order: Option<OrderId>,
    /// Number of the order.
    pub order_number: String,
    /// Branch of the order.
    pub branch: Option<BranchId>,
    /// Refund.
    pub refund: Option<RefundId>,
    /// Version of the programme.
    pub programme_version: i64,
    /// What the explanation says.
    pub explanation: String,
    /// Its numbers.
    pub params: serde_json::Value,
    /// Staff.
    pub operator: Option<AccountId>,
    /// Reason in words.
    pub reason: String,
}

impl StoredEntry {
    /// Numbers of the explanation.
    #[must_use]
    pub fn params(&self) -> BTreeMap<String, String> {
        serde_json::from_value(self.params.clone()).unwrap_or_default()
    }
}

/// Which entries are listed; `None` does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Member.
    pub member: Option<MemberId>,
    /// Order.
    pub order: Option<OrderId>,
    /// Number of an order.
    pub order_number: Option<String>,
    /// Programmes.
    pub programmes: Option<Vec<Uuid>>,
    /// Kind.
    pub kind: Option<EntryKind>,
    /// At or after.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// Where a page ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor(DateTime<Utc>, Uuid);

impl Cursor {
    /// The place of the last entry of a page.
    #[must_use]
    pub const fn of(last: &StoredEntry) -> Self {
        Self(last.at, last.id)
    }
}

/// Entries after `after`, newest first.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<StoredEntry>, StoreError> {
    let rows = sqlx::query_as!(
        StoredEntry,
        r#"SELECT
             entry.entry_id AS id,
             entry.member_id AS "member: MemberId",
             entry.programme_id AS programme,
             entry.kind AS "kind: EntryKind",
             entry.points, entry.pending, entry.debt, entry.balance, entry.at,
             entry.order_id AS "order: OrderId",
             coalesce(nullif(entry.order_number, ''), completed.order_number, '') AS "order_number!",
             coalesce(entry.branch_id, completed.branch_id) AS "branch: BranchId",
             entry.refund_id AS "refund: RefundId",
             entry.programme_version, entry.explanation, entry.params,
             entry.operator AS "operator: AccountId",
             entry.reason
         FROM point_entries AS entry
         LEFT JOIN completed_orders AS completed
             ON (completed.org_id, completed.order_id) = (entry.org_id, entry.order_id)
         WHERE entry.org_id = $1
             AND ($2::uuid IS NULL OR entry.member_id = $2)
             AND ($3::uuid IS NULL OR entry.order_id = $3)
             AND ($4::text IS NULL OR entry.order_id IN (
                 SELECT order_id FROM completed_orders WHERE org_id = $1 AND order_number = $4
             ))
             AND ($5::uuid[] IS NULL OR entry.programme_id = ANY($5))
             AND ($6::text IS NULL OR entry.kind = $6)
             AND ($7::timestamptz IS NULL OR entry.at >= $7)
             AND ($8::timestamptz IS NULL OR entry.at < $8)
             AND ($9::timestamptz IS NULL OR (entry.at, entry.entry_id) < ($9, $10))
         ORDER BY entry.at DESC, entry.entry_id DESC
         LIMIT $11"#,
        tx.org().as_uuid(),
        filter.member.map(|id| id.as_uuid()),
        filter.order.map(|id| id.as_uuid()),
        filter.order_number.as_deref(),
        filter.programmes.as_deref(),
        filter.kind.map(EntryKind::as_str),
        filter.from,
        filter.until,
        after.map(|Cursor(at, _)| at),
        after.map(|Cursor(_, id)| id),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// A change of a lot by an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LotChange {
    /// Lot.
    pub lot: Uuid,
    /// Change.
    pub points: i32,
    /// When the lot ends.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Changes of lots by entries.
pub async fn lot_changes(
    tx: &mut TenantTx,
    entries: &[Uuid],
) -> Result<HashMap<Uuid, Vec<LotChange>>, StoreError> {
    let rows = sqlx::query!(
        "SELECT change.entry_id, change.lot_id, change.points, lot.expires_at
         FROM point_lot_changes AS change
         JOIN point_lots AS lot
             ON (lot.org_id, lot.lot_id) = (change.org_id, change.lot_id)
         WHERE change.org_id = $1 AND change.entry_id = ANY($2)
         ORDER BY change.entry_id, lot.expires_at NULLS LAST, change.lot_id",
        tx.org().as_uuid(),
        entries,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut found = HashMap::<Uuid, Vec<LotChange>>::new();
    for row in rows {
        found.entry(row.entry_id).or_default().push(LotChange {
            lot: row.lot_id,
            points: row.points,
            expires_at: row.expires_at,
        });
    }
    Ok(found)
}

/// Sum of the entries of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindSum {
    /// Kind.
    pub kind: EntryKind,
    /// Entries.
    pub entries: i64,
    /// Changes of balances.
    pub points: i64,
    /// Changes of what is owed.
    pub debt: i64,
}

/// Sums of a programme's entries by kind within a period.
pub async fn sums(
    tx: &mut TenantTx,
    programme: Uuid,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<KindSum>, StoreError> {
    let rows = sqlx::query_as!(
        KindSum,
        r#"SELECT
             kind AS "kind: EntryKind",
             count(*) AS "entries!",
             sum(points) AS "points!",
             sum(debt) AS "debt!"
         FROM point_entries
         WHERE org_id = $1 AND programme_id = $2 AND at >= $3 AND at < $4
         GROUP BY kind"#,
        tx.org().as_uuid(),
        programme,
        from,
        until,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// Points that members had in a programme before an instant.
pub async fn outstanding_before(
    tx: &mut TenantTx,
    programme: Uuid,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let sum = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(points), 0)::bigint AS "points!"
         FROM point_entries
         WHERE org_id = $1 AND programme_id = $2 AND at < $3"#,
        tx.org().as_uuid(),
        programme,
        at,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(sum)
}

/// The sums of a member's accounts as they were at an instant: by programme balance, pending and debt.
pub async fn balances_at(
    tx: &mut TenantTx,
    member: MemberId,
    at: DateTime<Utc>,
) -> Result<Vec<(Uuid, i64, i64, i64)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             programme_id,
             sum(points) AS "points!",
             sum(pending) AS "pending!",
             sum(debt) AS "debt!"
         FROM point_entries
         WHERE org_id = $1 AND member_id = $2 AND at <= $3
         GROUP BY programme_id"#,
        tx.org().as_uuid(),
        member.as_uuid(),
        at,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.programme_id, row.points, row.pending, row.debt))
        .collect())
}

/// A lot with what was left of it at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotView {
    /// Id.
    pub id: Uuid,
    /// Programme.
    pub programme: Uuid,
    /// Points that were credited.
    pub credited: i32,
    /// Points left.
    pub remaining: i64,
    /// Part of it that open orders hold now.
    pub held: i32,
    /// When it was credited.
    pub credited_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// Order that earned it.
    pub order: Option<OrderId>,
}

/// Lots of a member in which points were left at an instant, those that end first in front.
pub async fn lots_at(
    tx: &mut TenantTx,
    member: MemberId,
    at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<LotView>, StoreError> {
    let rows = sqlx::query_as!(
        LotView,
        r#"SELECT
             lot.lot_id AS id,
             lot.programme_id AS programme,
             lot.credited,
             left_then.points AS "remaining!",
             lot.held,
             lot.credited_at,
             lot.expires_at,
             lot.order_id AS "order: OrderId"
         FROM point_lots AS lot
         CROSS JOIN LATERAL (
             SELECT sum(change.points) AS points
             FROM point_lot_changes AS change
             JOIN point_entries AS entry
                 ON (entry.org_id, entry.entry_id) = (change.org_id, change.entry_id)
             WHERE change.org_id = lot.org_id AND change.lot_id = lot.lot_id AND entry.at <= $3
         ) AS left_then
         WHERE lot.org_id = $1 AND lot.member_id = $2 AND left_then.points > 0
         ORDER BY lot.expires_at NULLS LAST, lot.credited_at, lot.lot_id
         LIMIT $4"#,
        tx.org().as_uuid(),
        member.as_uuid(),
        at,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// Whether something was booked in an account already.
pub async fn is_booked(
    tx: &mut TenantTx,
    member: MemberId,
    programme: Uuid,
    source: &str,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM point_entries
             WHERE org_id = $1 AND member_id = $2 AND programme_id = $3 AND source = $4
         ) AS "found!""#,
        tx.org().as_uuid(),
        member.as_uuid(),
        programme,
        source,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// What an entry changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryChanges {
    /// Of the balance.
    pub points: i32,
    /// Of what waits.
    pub pending: i32,
    /// Of what is owed.
    pub debt: i32,
}

/// What the entry that booked something changed.
pub async fn find_changes(
    tx: &mut TenantTx,
    member: MemberId,
    programme: Uuid,
    source: &str,
) -> Result<Option<EntryChanges>, StoreError> {
    let found = sqlx::query_as!(
        EntryChanges,
        "SELECT points, pending, debt
         FROM point_entries
         WHERE org_id = $1 AND member_id = $2 AND programme_id = $3 AND source = $4",
        tx.org().as_uuid(),
        member.as_uuid(),
        programme,
        source,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}
