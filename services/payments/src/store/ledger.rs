//! The ledger: it is only ever added to.

use chassis::{
    business_day::BusinessDay,
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId, LedgerTransactionId, OrderId, PaymentId},
    money::Currency,
};
use chrono::{DateTime, Utc};

use crate::domain::ledger::{Entry, LedgerAccount, TransactionKind};

/// A transaction to book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Id.
    pub id: LedgerTransactionId,
    /// What it books, once.
    pub source: String,
    /// Kind.
    pub kind: TransactionKind,
    /// Order it concerns.
    pub order: Option<OrderId>,
    /// Payment it concerns.
    pub payment: Option<PaymentId>,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Business day it counts in.
    pub business_day: BusinessDay,
    /// Of a test order or a test account.
    pub test: bool,
    /// Currency of its entries.
    pub currency: Currency,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Its entries.
    pub entries: Vec<Entry>,
}

/// Books a transaction; returns `false` where its source is booked already. One that does not balance
/// fails the transaction when it is committed.
pub async fn book(
    tx: &mut TenantTx,
    booking: &Booking,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if booking.entries.is_empty() {
        return Ok(false);
    }
    let org = tx.org().as_uuid();
    let booked = sqlx::query!(
        "INSERT INTO ledger_transactions (
             org_id, transaction_id, source, kind, order_id, payment_id, brand_id, branch_id,
             business_day, test, occurred_at, booked_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT ON CONSTRAINT ledger_transactions_source DO NOTHING",
        org,
        booking.id.as_uuid(),
        booking.source,
        booking.kind as _,
        booking.order.map(|id| id.as_uuid()),
        booking.payment.map(|id| id.as_uuid()),
        booking.brand.as_uuid(),
        booking.branch.as_uuid(),
        booking.business_day.date(),
        booking.test,
        booking.occurred_at,
        now,
    )
    .execute(&mut **tx)
    .await?;
    if booked.rows_affected() == 0 {
        return Ok(false);
    }
    let accounts: Vec<String> = booking
        .entries
        .iter()
        .map(|entry| entry.account.to_string())
        .collect();
    let amounts: Vec<i64> = booking.entries.iter().map(|entry| entry.amount).collect();
    sqlx::query!(
        "WITH pending AS (
             INSERT INTO ledger_pending_totals (org_id, transaction_id)
             SELECT $1, $2 WHERE NOT $6
         )
         INSERT INTO ledger_entries (org_id, transaction_id, line, account, currency, amount)
         SELECT $1, $2, line, account, $3, amount
         FROM unnest($4::text[], $5::bigint[])
             WITH ORDINALITY AS entry (account, amount, line)",
        org,
        booking.id.as_uuid(),
        booking.currency as _,
        &accounts,
        &amounts,
        booking.test,
    )
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

/// Entries of a transaction.
pub async fn entries(tx: &mut TenantTx, id: LedgerTransactionId) -> Result<Vec<Entry>, StoreError> {
    let entries = sqlx::query_as!(
        Entry,
        r#"SELECT account AS "account: LedgerAccount", amount
         FROM ledger_entries
         WHERE org_id = $1 AND transaction_id = $2
         ORDER BY line"#,
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(entries)
}
