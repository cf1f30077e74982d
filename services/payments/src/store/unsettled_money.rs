//! Money that stands in no settlement file.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, GatewayAccountId, OrderId},
    money::Currency,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::uuids;
use crate::domain::settlement::RowKind;

/// Money that was captured or refunded and stands in no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsettledMoney {
    /// Attempt or refund.
    pub id: Uuid,
    /// Payment or refund.
    pub kind: RowKind,
    /// Order.
    pub order: OrderId,
    /// 訂單編號.
    pub order_number: String,
    /// Branch of the order.
    pub branch: BranchId,
    /// Account at the provider.
    pub account: GatewayAccountId,
    /// The provider's number.
    pub provider_reference: Option<String>,
    /// Our reference.
    pub reference: String,
    /// Amount, below zero for a refund.
    pub amount: i64,
    /// Currency.
    pub currency: Currency,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// When it should be paid out.
    pub due_at: DateTime<Utc>,
}

/// Where a page of unsettled money ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsettledCursor {
    /// When the last one happened.
    pub occurred_at: DateTime<Utc>,
    /// Which one it was.
    pub id: Uuid,
}

/// Selects from `unsettled`: what was captured or refunded at the accounts of the second parameter and
/// stands in no file. What was refunded whole before any file named it is never paid out.
macro_rules! from_unsettled {
    ($record:ident, $select:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            $record,
            r#"
            WITH unsettled AS (
                SELECT
                    attempt.attempt_id AS id,
                    'payment' AS kind,
                    attempt.payment_id,
                    attempt.account_id,
                    attempt.provider_reference,
                    attempt.reference,
                    attempt.captured AS amount,
                    attempt.currency,
                    coalesce(attempt.paid_at, attempt.created_at) AS occurred_at
                FROM attempts AS attempt
                WHERE attempt.org_id = $1 AND attempt.account_id = ANY($2)
                    AND attempt.captured > 0
                    AND NOT EXISTS (
                        SELECT 1 FROM settlement_rows AS stored
                        WHERE stored.org_id = $1 AND stored.attempt_id = attempt.attempt_id
                            AND stored.booked AND stored.kind = 'payment'
                    )
                    AND (attempt.refunded < attempt.captured OR EXISTS (
                        SELECT 1 FROM settlement_rows AS stored
                        WHERE stored.org_id = $1 AND stored.attempt_id = attempt.attempt_id
                            AND stored.booked
                    ))
                UNION ALL
                SELECT
                    refund.refund_id,
                    'refund',
                    attempt.payment_id,
                    attempt.account_id,
                    refund.provider_reference,
                    refund.reference,
                    -refund.amount,
                    attempt.currency,
                    coalesce(refund.settled_at, refund.requested_at)
                FROM attempts AS attempt
                JOIN refunds AS refund USING (org_id, attempt_id)
                WHERE attempt.org_id = $1 AND attempt.account_id = ANY($2)
                    AND refund.state = 'succeeded'
                    AND NOT EXISTS (
                        SELECT 1 FROM settlement_rows AS stored
                        WHERE stored.org_id = $1 AND stored.refund_id = refund.refund_id AND stored.booked
                    )
                    AND (attempt.refunded < attempt.captured OR EXISTS (
                        SELECT 1 FROM settlement_rows AS stored
                        WHERE stored.org_id = $1 AND stored.attempt_id = attempt.attempt_id
                            AND stored.booked
                    ))
            ), due AS (
                SELECT
                    unsettled.*,
                    payment.order_id,
                    payment.order_number,
                    payment.branch_id,
                    unsettled.occurred_at + make_interval(days => account.settlement_days) AS due_at
                FROM unsettled
                JOIN payments AS payment
                    ON payment.org_id = $1 AND payment.payment_id = unsettled.payment_id
                JOIN gateway_accounts AS account
                    ON account.org_id = $1 AND account.account_id = unsettled.account_id
                WHERE NOT payment.test
            )
            "# + $select,
            $($parameter)*
        )
    };
}

/// A page of unsettled money, the oldest first.
pub async fn list_unsettled(
    tx: &mut TenantTx,
    accounts: &[GatewayAccountId],
    overdue_at: Option<DateTime<Utc>>,
    after: Option<UnsettledCursor>,
    limit: i64,
) -> Result<Vec<UnsettledMoney>, StoreError> {
    let org = tx.org().as_uuid();
    let items = from_unsettled!(
        UnsettledMoney,
        r#"SELECT
             id AS "id!",
             kind AS "kind!: RowKind",
             order_id AS "order!: OrderId",
             order_number AS "order_number!",
             branch_id AS "branch!: BranchId",
             account_id AS "account!: GatewayAccountId",
             provider_reference,
             reference AS "reference!",
             amount AS "amount!",
             currency AS "currency!: Currency",
             occurred_at AS "occurred_at!",
             due_at AS "due_at!"
         FROM due
         WHERE ($3::timestamptz IS NULL OR due_at < $3)
             AND ($4::timestamptz IS NULL OR (occurred_at, id) > ($4, $5::uuid))
         ORDER BY occurred_at, id
         LIMIT $6"#,
        org,
        &uuids(accounts),
        overdue_at,
        after.map(|cursor| cursor.occurred_at),
        after.map(|cursor| cursor.id),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(items)
}

/// How much unsettled money there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnsettledTotals {
    /// How many.
    pub count: i64,
    /// Their sum.
    pub amount: i64,
    /// How many are overdue.
    pub overdue_count: i64,
    /// Their sum.
    pub overdue_amount: i64,
}

/// Sums of all unsettled money of accounts.
pub async fn sum_unsettled(
    tx: &mut TenantTx,
    accounts: &[GatewayAccountId],
    now: DateTime<Utc>,
) -> Result<UnsettledTotals, StoreError> {
    let org = tx.org().as_uuid();
    let totals = from_unsettled!(
        UnsettledTotals,
        r#"SELECT
             count(*) AS "count!",
             coalesce(sum(amount), 0)::bigint AS "amount!",
             count(*) FILTER (WHERE due_at < $3) AS "overdue_count!",
             coalesce(sum(amount) FILTER (WHERE due_at < $3), 0)::bigint AS "overdue_amount!"
         FROM due"#,
        org,
        &uuids(accounts),
        now,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(totals)
}
