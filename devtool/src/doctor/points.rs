//! The part of invariant 6 about points: each account is the sum of its entries and of its lots, nothing is below 0,
//! and what is held is what open orders hold.

use sqlx::PgConnection;

use super::{Finding, run};

const ADJUST: &str = "adjust the member's points by the difference, which writes an entry";

/// Compares accounts of points with what they are made of.
pub async fn check(membership: &mut PgConnection) -> anyhow::Result<Vec<Finding>> {
    let checks = [
        (
            ENTRIES,
            "an account was changed beside its entries, or the trigger was dropped",
            ADJUST,
        ),
        (
            LOTS,
            "a lot was changed beside its entries, or the trigger was dropped",
            ADJUST,
        ),
        (
            HELD,
            "a hold was changed outside one transaction with its lots",
            "set `held` of lots and account to the sum of the open holds",
        ),
        (
            OWED,
            "points came in without paying off what is owed",
            "the next entry of the account pays it off",
        ),
        (
            PENDING,
            "an order was changed outside one transaction with its entry",
            "set `pending` by an entry of the kind `pending`",
        ),
    ];
    run(6, &checks, membership).await
}

const ENTRIES: &str = "
    WITH sums AS (
        SELECT org_id, member_id, programme_id,
            sum(points) AS points, sum(pending) AS pending, sum(debt) AS debt
        FROM point_entries
        GROUP BY org_id, member_id, programme_id
    )
    SELECT format('points of member %s: balance %s, waiting %s, owed %s, but the entries sum to %s, %s and %s',
                  account.member_id, account.balance, account.pending, account.debt,
                  coalesce(sums.points, 0), coalesce(sums.pending, 0), coalesce(sums.debt, 0))
    FROM point_accounts AS account
    LEFT JOIN sums USING (org_id, member_id, programme_id)
    WHERE account.balance <> coalesce(sums.points, 0)
        OR account.pending <> coalesce(sums.pending, 0)
        OR account.debt <> coalesce(sums.debt, 0)
        OR account.balance < 0 OR account.pending < 0 OR account.debt < 0";

const LOTS: &str = "
    WITH sums AS (
        SELECT org_id, member_id, programme_id, sum(remaining) AS points
        FROM point_lots
        GROUP BY org_id, member_id, programme_id
    )
    SELECT format('points of member %s: balance %s, but the lots sum to %s',
                  account.member_id, account.balance, coalesce(sums.points, 0))
    FROM point_accounts AS account
    LEFT JOIN sums USING (org_id, member_id, programme_id)
    WHERE account.balance <> coalesce(sums.points, 0)";

const HELD: &str = "
    WITH lots AS (
        SELECT org_id, member_id, programme_id, sum(held) AS points
        FROM point_lots
        WHERE held > 0
        GROUP BY org_id, member_id, programme_id
    ), holds AS (
        SELECT org_id, member_id, programme_id, sum(points) AS points
        FROM point_holds
        WHERE state = 'held'
        GROUP BY org_id, member_id, programme_id
    )
    SELECT format('points of member %s: held %s, but lots hold %s and open orders %s',
                  account.member_id, account.held, coalesce(lots.points, 0),
                  coalesce(holds.points, 0))
    FROM point_accounts AS account
    LEFT JOIN lots USING (org_id, member_id, programme_id)
    LEFT JOIN holds USING (org_id, member_id, programme_id)
    WHERE account.held <> coalesce(lots.points, 0) OR account.held <> coalesce(holds.points, 0)";

const OWED: &str = "
    SELECT format('points of member %s: %s are owed although %s can be used',
                  member_id, debt, balance - held)
    FROM point_accounts
    WHERE debt > 0 AND balance > held";

const PENDING: &str = "
    WITH orders AS (
        SELECT org_id, member_id, programme_id, sum(earned) AS points
        FROM completed_orders
        WHERE completed AND due_at IS NOT NULL
        GROUP BY org_id, member_id, programme_id
    )
    SELECT format('points of member %s: %s wait, but orders wait for %s',
                  account.member_id, account.pending, coalesce(orders.points, 0))
    FROM point_accounts AS account
    LEFT JOIN orders USING (org_id, member_id, programme_id)
    WHERE account.pending <> coalesce(orders.points, 0)";
