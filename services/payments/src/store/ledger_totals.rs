//! Balances of the ledger: totals of each day, and what is not in them yet.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    money::Currency,
};
use chrono::{DateTime, NaiveTime, Utc};

use super::ledger_view::Place;
use crate::domain::ledger::{Entry, LedgerAccount};

/// Adds up to `limit` transactions that are pending to the totals of their days; returns how many.
pub async fn add_pending(tx: &mut SystemTx, limit: i64) -> Result<u64, StoreError> {
    let added = sqlx::query_scalar!(
        r#"WITH taken AS (
             DELETE FROM ledger_pending_totals
             WHERE (org_id, transaction_id) IN (
                 SELECT org_id, transaction_id
                 FROM ledger_pending_totals
                 LIMIT $1
                 FOR UPDATE SKIP LOCKED
             )
             RETURNING org_id, transaction_id
         ), added AS (
             INSERT INTO ledger_daily_totals AS total (
                 org_id, brand_id, branch_id, day, currency, account, amount
             )
             SELECT
                 booked.org_id,
                 booked.brand_id,
                 booked.branch_id,
                 (booked.occurred_at AT TIME ZONE 'UTC')::date,
                 entry.currency,
                 entry.account,
                 sum(entry.amount)
             FROM taken
             JOIN ledger_transactions AS booked USING (org_id, transaction_id)
             JOIN ledger_entries AS entry USING (org_id, transaction_id)
             GROUP BY 1, 2, 3, 4, 5, 6
             -- Two processes lock totals in the same order.
             ORDER BY 1, 2, 3, 4, 5, 6
             ON CONFLICT (org_id, brand_id, branch_id, day, currency, account)
             DO UPDATE SET amount = total.amount + excluded.amount
         )
         SELECT count(*) AS "count!" FROM taken"#,
        limit,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(added.unsigned_abs())
}

/// Balances of what had happened by `at`, without test orders; those of zero are left out. One statement, so
/// that a transaction is seen either pending or in the total of its day.
pub async fn balances(
    tx: &mut TenantTx,
    place: Place,
    at: DateTime<Utc>,
) -> Result<Vec<(Currency, Entry)>, StoreError> {
    let day = at.date_naive();
    let rows = sqlx::query!(
        r#"WITH part AS (
             SELECT currency, account, amount
             FROM ledger_daily_totals
             WHERE org_id = $1 AND brand_id = $2 AND ($3::uuid IS NULL OR branch_id = $3)
                 AND day < $4
             UNION ALL
             SELECT entry.currency, entry.account, entry.amount
             FROM ledger_pending_totals
             JOIN ledger_transactions AS booked USING (org_id, transaction_id)
             JOIN ledger_entries AS entry USING (org_id, transaction_id)
             WHERE org_id = $1 AND booked.brand_id = $2
                 AND ($3::uuid IS NULL OR booked.branch_id = $3)
                 AND booked.occurred_at < $5
             UNION ALL
             SELECT entry.currency, entry.account, entry.amount
             FROM ledger_transactions AS booked
             JOIN ledger_entries AS entry USING (org_id, transaction_id)
             WHERE org_id = $1 AND booked.brand_id = $2
                 AND ($3::uuid IS NULL OR booked.branch_id = $3)
                 AND booked.occurred_at >= $5 AND booked.occurred_at <= $6 AND NOT booked.test
         )
         SELECT
             currency AS "currency!: Currency",
             account AS "account!: LedgerAccount",
             sum(amount)::bigint AS "amount!"
         FROM part
         GROUP BY currency, account
         HAVING sum(amount) <> 0
         ORDER BY currency, account"#,
        tx.org().as_uuid(),
        place.brand.as_uuid(),
        place.branch.map(|id| id.as_uuid()),
        day,
        day.and_time(NaiveTime::MIN).and_utc(),
        at,
    )
    .fetch_all(&mut **tx)
    .await?;
    let balance = |account, amount| Entry { account, amount };
    Ok(rows
        .into_iter()
        .map(|row| (row.currency, balance(row.account, row.amount)))
        .collect())
}
