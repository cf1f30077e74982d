//! Accounts of points and their lots.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{MemberId, OrderId, OrganisationId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::points::{
    account::{Balances, Lot},
    entry::AccountKey,
};

/// A member that points can be given to: one that was merged stands for the other.
pub async fn find_member(
    tx: &mut TenantTx,
    member: MemberId,
) -> Result<Option<MemberId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT coalesce(merged_into, member_id) AS "member_id!: MemberId"
         FROM members
         WHERE org_id = $1 AND member_id = $2 AND state <> 'erased'"#,
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// The member with a phone.
pub async fn find_by_phone(tx: &mut TenantTx, phone: &str) -> Result<Option<MemberId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT member_id AS "member_id: MemberId"
         FROM members
         WHERE org_id = $1 AND phone = $2 AND state NOT IN ('merged', 'erased')"#,
        tx.org().as_uuid(),
        phone,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// The sums of an account, locked until the transaction ends; an account that did not exist is empty.
pub async fn lock(tx: &mut TenantTx, key: AccountKey) -> Result<Balances, StoreError> {
    let found = sqlx::query_as!(
        Balances,
        "INSERT INTO point_accounts AS account (org_id, member_id, programme_id)
         VALUES ($1, $2, $3)
         ON CONFLICT (org_id, member_id, programme_id) DO UPDATE SET last_seq = account.last_seq
         RETURNING balance, held, pending, debt",
        tx.org().as_uuid(),
        key.member.as_uuid(),
        key.programme,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// The sums of an account; `None` where nothing ever happened.
pub async fn find(tx: &mut TenantTx, key: AccountKey) -> Result<Option<Balances>, StoreError> {
    let found = sqlx::query_as!(
        Balances,
        "SELECT balance, held, pending, debt
         FROM point_accounts
         WHERE org_id = $1 AND member_id = $2 AND programme_id = $3",
        tx.org().as_uuid(),
        key.member.as_uuid(),
        key.programme,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Lots of an account with points left, those that end first in front.
pub async fn open_lots(tx: &mut TenantTx, key: AccountKey) -> Result<Vec<Lot>, StoreError> {
    let found = sqlx::query_as!(
        Lot,
        "SELECT lot_id AS id, remaining, held, expires_at
         FROM point_lots
         WHERE org_id = $1 AND member_id = $2 AND programme_id = $3 AND remaining > 0
         ORDER BY expires_at NULLS LAST, credited_at, lot_id",
        tx.org().as_uuid(),
        key.member.as_uuid(),
        key.programme,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// A lot to open; its entry fills it.
#[derive(Clone, Copy, Debug)]
pub struct NewLot {
    /// Id.
    pub id: Uuid,
    /// Account.
    pub account: AccountKey,
    /// Points that are credited.
    pub credited: i32,
    /// When.
    pub credited_at: DateTime<Utc>,
    /// When they end.
    pub expires_at: Option<DateTime<Utc>>,
    /// Months without an order after which they end.
    pub inactivity_months: Option<i16>,
    /// Order that earned them.
    pub order: Option<OrderId>,
}

/// Opens a lot.
pub async fn insert_lot(tx: &mut TenantTx, lot: &NewLot) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO point_lots (
             org_id, lot_id, member_id, programme_id, credited, credited_at, expires_at,
             inactivity_months, order_id
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.org().as_uuid(),
        lot.id,
        lot.account.member.as_uuid(),
        lot.account.programme,
        lot.credited,
        lot.credited_at,
        lot.expires_at,
        lot.inactivity_months,
        lot.order.map(|id| id.as_uuid()),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Holds points of lots, or lets them go where the change is below 0; the account with them.
pub async fn hold(
    tx: &mut TenantTx,
    key: AccountKey,
    changes: &[(Uuid, i32)],
) -> Result<(), StoreError> {
    let (lots, points): (Vec<Uuid>, Vec<i32>) = changes.iter().copied().unzip();
    sqlx::query!(
        "WITH change AS (
             SELECT * FROM unnest($4::uuid[], $5::integer[]) AS change (lot_id, points)
         ), lots AS (
             UPDATE point_lots AS lot
             SET held = lot.held + change.points
             FROM change
             WHERE lot.org_id = $1 AND lot.lot_id = change.lot_id
         )
         UPDATE point_accounts
         SET held = held + (SELECT coalesce(sum(points), 0) FROM change)
         WHERE org_id = $1 AND member_id = $2 AND programme_id = $3",
        tx.org().as_uuid(),
        key.member.as_uuid(),
        key.programme,
        &lots,
        &points,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lets points that come back to lots which have ended last until another time.
pub async fn revive(
    tx: &mut TenantTx,
    lots: &[Uuid],
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE point_lots
         SET expires_at = $4, noticed_days = 30
         WHERE org_id = $1 AND lot_id = ANY($2) AND expires_at <= $3",
        tx.org().as_uuid(),
        lots,
        now,
        until,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lets lots that end without orders last on after an order.
pub async fn extend_by_order(
    tx: &mut TenantTx,
    key: AccountKey,
    completed_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE point_lots AS lot
         SET expires_at = extended.until, noticed_days = NULL
         FROM (
             SELECT
                 lot_id,
                 ($4::timestamptz AT TIME ZONE 'Asia/Taipei'
                     + make_interval(months => inactivity_months)) AT TIME ZONE 'Asia/Taipei' AS until
             FROM point_lots
             WHERE org_id = $1 AND member_id = $2 AND programme_id = $3
                 AND remaining > 0 AND inactivity_months IS NOT NULL
         ) AS extended
         WHERE lot.org_id = $1 AND lot.lot_id = extended.lot_id
             AND lot.expires_at > $4 AND lot.expires_at < extended.until",
        tx.org().as_uuid(),
        key.member.as_uuid(),
        key.programme,
        completed_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Accounts of all organisations with lots that have ended, the longest ended first.
pub async fn list_expired(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, AccountKey)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT DISTINCT org_id AS "org_id!", member_id AS "member_id!", programme_id AS "programme_id!"
         FROM (
             SELECT org_id, member_id, programme_id
             FROM point_lots
             WHERE remaining > held AND remaining > 0 AND expires_at <= $1
             ORDER BY expires_at
             LIMIT $2
         ) AS ended"#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let key = AccountKey {
                member: MemberId::from_uuid(row.member_id),
                programme: row.programme_id,
            };
            (OrganisationId::from_uuid(row.org_id), key)
        })
        .collect())
}

/// Points of a member that end soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// Lot.
    pub lot: Uuid,
    /// Account.
    pub account: AccountKey,
    /// Points left.
    pub points: i32,
    /// When they end.
    pub expires_at: DateTime<Utc>,
}

/// Organisations with lots that end before `until` and of which members were not notified yet.
pub async fn orgs_with_expiring(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    days: i16,
) -> Result<Vec<OrganisationId>, StoreError> {
    let rows = sqlx::query_scalar!(
        r#"SELECT DISTINCT org_id AS "org: OrganisationId"
         FROM point_lots
         WHERE remaining > 0 AND expires_at > $1 AND expires_at <= $2
             AND (noticed_days IS NULL OR noticed_days > $3)"#,
        now,
        until,
        days,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// Takes lots that end before `until` and of which members were not notified yet, and notes that they are now.
pub async fn take_expiring(
    tx: &mut TenantTx,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    days: i16,
    limit: i64,
) -> Result<Vec<Expiring>, StoreError> {
    let rows = sqlx::query!(
        r#"UPDATE point_lots
         SET noticed_days = $4
         WHERE org_id = $1 AND lot_id IN (
             SELECT lot_id
             FROM point_lots
             WHERE org_id = $1 AND remaining > 0 AND expires_at > $2 AND expires_at <= $3
                 AND (noticed_days IS NULL OR noticed_days > $4)
             ORDER BY member_id, lot_id
             LIMIT $5
             FOR UPDATE SKIP LOCKED
         )
         RETURNING lot_id, member_id, programme_id, remaining, expires_at AS "expires_at!""#,
        tx.org().as_uuid(),
        now,
        until,
        days,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Expiring {
            lot: row.lot_id,
            account: AccountKey {
                member: MemberId::from_uuid(row.member_id),
                programme: row.programme_id,
            },
            points: row.remaining,
            expires_at: row.expires_at,
        })
        .collect())
}

/// Points that each member can use, of all programmes.
pub async fn available_of(
    tx: &mut TenantTx,
    members: &[MemberId],
) -> Result<HashMap<MemberId, i32>, StoreError> {
    let ids: Vec<Uuid> = members.iter().map(|id| id.as_uuid()).collect();
    let rows = sqlx::query!(
        r#"SELECT
             member_id AS "member_id: MemberId",
             sum(balance - held) AS "available!"
         FROM point_accounts
         WHERE org_id = $1 AND member_id = ANY($2)
         GROUP BY member_id"#,
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                row.member_id,
                i32::try_from(row.available).unwrap_or(i32::MAX),
            )
        })
        .collect())
}

/// Opens a lot of another account that ends as this one does.
pub async fn copy_lot(
    tx: &mut TenantTx,
    lot: Uuid,
    id: Uuid,
    into: AccountKey,
    points: i32,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO point_lots (
             org_id, lot_id, member_id, programme_id, credited, credited_at, expires_at,
             inactivity_months, order_id, noticed_days
         )
         SELECT org_id, $3, $4, programme_id, $5, credited_at, expires_at, inactivity_months,
             order_id, noticed_days
         FROM point_lots
         WHERE org_id = $1 AND lot_id = $2",
        tx.org().as_uuid(),
        lot,
        id,
        into.member.as_uuid(),
        points,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
