//! What people read of the ledger.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::{AttemptId, BranchId, BrandId, LedgerTransactionId, OrderId, RefundId},
    money::Currency,
};
use chrono::{DateTime, NaiveDate, Utc};
use payment_adapters::Provider;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{
    ledger::{Entry, LedgerAccount, TransactionKind},
    refund::RefundCause,
};

/// Most transactions of an order that are read: those of 99 attempts with their refunds, and corrections.
pub const MOST_OF_ORDER: i64 = 500;

/// A transaction without its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTransaction {
    /// Id.
    pub id: LedgerTransactionId,
    /// What it books, once.
    pub source: String,
    /// Kind.
    pub kind: TransactionKind,
    /// Order it concerns.
    pub order: Option<OrderId>,
    /// 訂單編號, where it is known.
    pub order_number: Option<String>,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Business day it counts in.
    pub business_day: NaiveDate,
    /// Of a test order.
    pub test: bool,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was booked.
    pub booked_at: DateTime<Utc>,
}

/// Selects transactions of the organisation, the first parameter.
macro_rules! select_transactions {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            StoredTransaction,
            r#"
            SELECT
                booked.transaction_id AS "id: LedgerTransactionId",
                booked.source,
                booked.kind AS "kind: TransactionKind",
                booked.order_id AS "order: OrderId",
                coalesce(payment.order_number, known.number) AS "order_number?",
                booked.brand_id AS "brand: BrandId",
                booked.branch_id AS "branch: BranchId",
                booked.business_day,
                booked.test,
                booked.occurred_at,
                booked.booked_at
            FROM ledger_transactions AS booked
            LEFT JOIN payments AS payment
                ON (payment.org_id, payment.order_id) = (booked.org_id, booked.order_id)
            LEFT JOIN orders AS known
                ON (known.org_id, known.order_id) = (booked.org_id, booked.order_id)
            WHERE booked.org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Transactions of an order, the first one first.
pub async fn list_of_order(
    tx: &mut TenantTx,
    order: OrderId,
) -> Result<Vec<StoredTransaction>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_transactions!(
        "AND booked.order_id = $2
        ORDER BY booked.occurred_at, booked.booked_at, booked.transaction_id
        LIMIT $3",
        org,
        order.as_uuid(),
        MOST_OF_ORDER,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// A brand, or one of its branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Brand.
    pub brand: BrandId,
    /// Branch; `None` for the whole brand.
    pub branch: Option<BranchId>,
}

/// Which transactions are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Where.
    pub place: Place,
    /// Happened at or after this instant.
    pub from: DateTime<Utc>,
    /// Happened before this instant.
    pub until: DateTime<Utc>,
    /// An account of its entries.
    pub account: Option<LedgerAccount>,
    /// Those of test orders too.
    pub tests: bool,
}

/// Where a page ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor(DateTime<Utc>, LedgerTransactionId);

impl Cursor {
    /// The place of the last transaction of a page.
    #[must_use]
    pub const fn of(last: &StoredTransaction) -> Self {
        Self(last.occurred_at, last.id)
    }
}

/// Transactions after `after`, newest first.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<StoredTransaction>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_transactions!(
        "AND booked.brand_id = $2
            AND ($3::uuid IS NULL OR booked.branch_id = $3)
            AND booked.occurred_at >= $4 AND booked.occurred_at < $5
            AND ($6::timestamptz IS NULL OR (booked.occurred_at, booked.transaction_id) < ($6, $7))
            AND ($8 OR NOT booked.test)
            AND ($9::text IS NULL OR EXISTS (
                SELECT 1 FROM ledger_entries AS entry
                WHERE (entry.org_id, entry.transaction_id) = (booked.org_id, booked.transaction_id)
                    AND entry.account = $9
            ))
        ORDER BY booked.occurred_at DESC, booked.transaction_id DESC
        LIMIT $10",
        org,
        filter.place.brand.as_uuid(),
        filter.place.branch.map(|id| id.as_uuid()),
        filter.from,
        filter.until,
        after.map(|Cursor(at, _)| at),
        after.map(|Cursor(_, id)| id.as_uuid()),
        filter.tests,
        filter.account.map(LedgerAccount::as_str),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// Entries of transactions with their currency, by transaction.
pub async fn entries_of(
    tx: &mut TenantTx,
    transactions: &[Uuid],
) -> Result<HashMap<LedgerTransactionId, (Currency, Vec<Entry>)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             transaction_id AS "transaction: LedgerTransactionId",
             account AS "account: LedgerAccount",
             currency AS "currency: Currency",
             amount
         FROM ledger_entries
         WHERE org_id = $1 AND transaction_id = ANY($2)
         ORDER BY transaction_id, line"#,
        tx.org().as_uuid(),
        transactions,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut found = HashMap::<_, (Currency, Vec<Entry>)>::new();
    for row in rows {
        let (_, entries) = found
            .entry(row.transaction)
            .or_insert_with(|| (row.currency, Vec::new()));
        entries.push(Entry {
            account: row.account,
            amount: row.amount,
        });
    }
    Ok(found)
}

/// An attempt as far as the ledger shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptText {
    /// Id.
    pub id: AttemptId,
    /// Counts the attempts of the payment.
    pub number: i16,
    /// Name of the method.
    pub method_name: String,
    /// Provider.
    pub provider: Provider,
    /// The provider's number.
    pub provider_reference: Option<String>,
}

/// Attempts by their ids.
pub async fn attempts(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<AttemptText>, StoreError> {
    let rows = sqlx::query_as!(
        AttemptText,
        r#"SELECT
             attempt_id AS "id: AttemptId",
             number,
             method_name,
             provider AS "provider: Provider",
             provider_reference
         FROM attempts
         WHERE org_id = $1 AND attempt_id = ANY($2)"#,
        tx.org().as_uuid(),
        ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// A refund as far as the ledger shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundText {
    /// Id.
    pub id: RefundId,
    /// Attempt whose money went back.
    pub attempt: AttemptId,
    /// What it was made for.
    pub cause: RefundCause,
    /// Reason in words.
    pub reason: String,
}

/// Refunds by their ids.
pub async fn refunds(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<RefundText>, StoreError> {
    let rows = sqlx::query_as!(
        RefundText,
        r#"SELECT
             refund_id AS "id: RefundId",
             attempt_id AS "attempt: AttemptId",
             cause AS "cause: RefundCause",
             reason
         FROM refunds
         WHERE org_id = $1 AND refund_id = ANY($2)"#,
        tx.org().as_uuid(),
        ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}
