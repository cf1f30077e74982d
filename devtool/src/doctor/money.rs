//! Invariant 3: the ledger balances, payments are the sums of their attempts and refunds, and no money is
//! kept for an order that has ended.

use sqlx::PgConnection;

use super::{Finding, run};

/// Adds everything up again.
pub async fn check(payments: &mut PgConnection) -> anyhow::Result<Vec<Finding>> {
    let checks = [
        (
            UNBALANCED,
            "the ledger's trigger was dropped or bypassed",
            "book a correction",
        ),
        (
            SUMS,
            "a payment was changed without its attempts or refunds",
            "set the payment's sums to those of its attempts and refunds",
        ),
        (
            BOOKED,
            "money was recorded without its transaction of the ledger",
            "book the capture or refund that is missing",
        ),
        (
            TOTALS,
            "totals of the ledger's days were changed past the application",
            "delete the organisation's ledger_daily_totals and insert all its transactions into ledger_pending_totals",
        ),
        (
            KEPT,
            "an event of the order was not consumed by payments",
            "replay payments' dead letters: `payments replay payments.orders`",
        ),
    ];
    run(3, &checks, payments).await
}

const UNBALANCED: &str = "
    SELECT format('ledger transaction %s (%s) sums up to %s %s',
                  transaction_id, source, sum(amount), currency)
    FROM ledger_transactions
    JOIN ledger_entries USING (org_id, transaction_id)
    GROUP BY org_id, transaction_id, source, currency
    HAVING sum(amount) <> 0";

const SUMS: &str = "
    SELECT format('payment %s has captured %s and refunded %s, but its attempts %s and its refunds %s',
                  payment_id, payment.captured, payment.refunded, attempt.captured, refund.amount)
    FROM payments AS payment
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(captured), 0) AS captured
        FROM attempts
        WHERE (org_id, payment_id) = (payment.org_id, payment.payment_id)
    ) AS attempt
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount), 0) AS amount
        FROM refunds
        WHERE (org_id, payment_id) = (payment.org_id, payment.payment_id) AND state = 'succeeded'
    ) AS refund
    WHERE payment.captured <> attempt.captured OR payment.refunded <> refund.amount";

const BOOKED: &str = "
    SELECT format('payment %s has captured %s and refunded %s, but the ledger says %s in all',
                  payment_id, captured, refunded, coalesce(booked.amount, 0))
    FROM payments
    LEFT JOIN (
        SELECT org_id, payment_id, sum(amount) AS amount
        FROM ledger_transactions
        JOIN ledger_entries USING (org_id, transaction_id)
        WHERE kind IN ('capture', 'refund') AND account = 'clearing'
        GROUP BY org_id, payment_id
    ) AS booked USING (org_id, payment_id)
    WHERE captured - refunded <> coalesce(booked.amount, 0)";

const TOTALS: &str = "
    SELECT format('the ledger of brand %s says %s in %s %s, its totals say %s',
                  brand_id, sum(booked), account, currency, sum(total))
    FROM (
        SELECT org_id, brand_id, account, currency, amount AS booked, 0 AS total
        FROM ledger_transactions
        JOIN ledger_entries USING (org_id, transaction_id)
        WHERE NOT test
        UNION ALL
        SELECT org_id, brand_id, account, currency, 0, amount
        FROM ledger_daily_totals
        UNION ALL
        SELECT org_id, brand_id, account, currency, 0, amount
        FROM ledger_pending_totals
        JOIN ledger_transactions USING (org_id, transaction_id)
        JOIN ledger_entries USING (org_id, transaction_id)
    ) AS part
    GROUP BY org_id, brand_id, account, currency
    HAVING sum(booked) <> sum(total)";

const KEPT: &str = "
    SELECT format('payment %s keeps %s of order %s, which has ended',
                  payment_id, captured - refund_reserved, order_id)
    FROM payments
    JOIN orders USING (org_id, order_id)
    WHERE orders.state = 'ended' AND captured > refund_reserved
      AND updated_at < now() - INTERVAL '5 minutes'";
