//! Numbers that a branch has assigned: order numbers and pickup numbers, those of test orders apart.
//!
//! The branch's row is the lock that serialises its orders on all replicas.

use chassis::{business_day::BusinessDay, db::TenantTx, id::BranchId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::order_number::{OrderNumber, PickupNumber};

/// When numbers are assigned, which decides what pickup numbers are free.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Now.
    pub now: DateTime<Utc>,
    /// Business day of the branch.
    pub day: BusinessDay,
    /// Earliest business day on which an order was closed whose last step can still be undone.
    pub undo_day: BusinessDay,
}

/// How many numbers are assigned.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// Order numbers: of orders that are created.
    pub orders: i32,
    /// Pickup numbers: of orders that are placed.
    pub pickups: i32,
}

/// Assigns the next numbers of a branch, for test orders or the others, and keeps its row locked until
/// the transaction ends.
///
/// Pickup numbers of open orders are skipped, and so are those of orders that can be reopened. Only
/// orders from before the day's first numbers can have one that lies ahead, so that beyond the largest
/// of theirs nothing is looked up. `fresh_seed` becomes the branch's when this is its first order.
pub async fn take(
    tx: &mut TenantTx,
    (branch, test): (BranchId, bool),
    moment: Moment,
    counts: Counts,
    fresh_seed: Uuid,
) -> Result<(Vec<OrderNumber>, Vec<PickupNumber>), sqlx::Error> {
    let count = counts.pickups;
    let counter = sqlx::query!(
        "INSERT INTO order_counters AS counter (
             org_id, branch_id, test, business_day, last_pickup_number, taken_until, order_numbers,
             order_number_seed
         )
         VALUES ($1, $2, $6, $3, $4, 0, $7::integer, $5)
         ON CONFLICT (org_id, branch_id, test)
         DO UPDATE SET
             business_day = greatest(counter.business_day, excluded.business_day),
             last_pickup_number = CASE
                 WHEN excluded.business_day > counter.business_day THEN 0
                 WHEN counter.last_pickup_number >= counter.taken_until
                     THEN counter.last_pickup_number + excluded.last_pickup_number
                 ELSE counter.last_pickup_number
             END,
             taken_until = CASE
                 WHEN excluded.business_day > counter.business_day THEN NULL
                 ELSE counter.taken_until
             END,
             order_numbers = counter.order_numbers + excluded.order_numbers
         RETURNING last_pickup_number, taken_until, order_numbers, order_number_seed",
        tx.org().as_uuid(),
        branch.as_uuid(),
        moment.day.date(),
        count,
        fresh_seed,
        test,
        counts.orders,
    )
    .fetch_one(&mut **tx)
    .await?;
    let last = counter.last_pickup_number;
    let pickup_numbers = if count == 0 {
        Vec::new()
    } else if counter
        .taken_until
        .is_some_and(|taken| last >= taken + count)
    {
        (last - count + 1..=last).map(PickupNumber).collect()
    } else {
        take_pickup_numbers(tx, (branch, test), moment, last, count).await?
    };
    let given = u64::try_from(counter.order_numbers).unwrap_or_default();
    let first = given.saturating_sub(u64::try_from(counts.orders).unwrap_or_default());
    let order_numbers = (first..given).map(|nth| OrderNumber::nth(counter.order_number_seed, nth));
    Ok((order_numbers.collect(), pickup_numbers))
}

/// The next free pickup numbers after `last`, which become the counter's.
///
/// A statement of its own: it must see what earlier holders of the row's lock have committed.
async fn take_pickup_numbers(
    tx: &mut TenantTx,
    (branch, test): (BranchId, bool),
    moment: Moment,
    last: i32,
    count: i32,
) -> Result<Vec<PickupNumber>, sqlx::Error> {
    let numbers = sqlx::query_scalar!(
        r#"WITH taken AS (
             SELECT pickup_number
             FROM orders
             WHERE org_id = $1 AND branch_id = $2 AND test = $8 AND pickup_number > $3
                 AND state IN ('pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering')
             UNION
             SELECT pickup_number
             FROM orders
             WHERE org_id = $1 AND branch_id = $2 AND test = $8 AND pickup_number > $3
                 AND state = 'completed'
                 AND closed_day >= $5 AND (closed_day >= $6 OR undo_until > $7)
         ), free AS (
             SELECT number
             FROM generate_series(
                 $3 + 1, $3 + $4 + (SELECT count(*) FROM taken)::integer
             ) AS number
             WHERE number NOT IN (SELECT pickup_number FROM taken)
             ORDER BY number
             LIMIT $4
         ), counted AS (
             UPDATE order_counters
             SET last_pickup_number = (SELECT max(number) FROM free),
                 taken_until = coalesce(taken_until, (SELECT max(pickup_number) FROM taken), 0)
             WHERE org_id = $1 AND branch_id = $2 AND test = $8
         )
         SELECT number AS "number!" FROM free ORDER BY number"#,
        tx.org().as_uuid(),
        branch.as_uuid(),
        last,
        count,
        moment.undo_day.date(),
        moment.day.date(),
        moment.now,
        test,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(numbers.into_iter().map(PickupNumber).collect())
}

/// Locks a branch's row until the transaction ends, so that no number is assigned meanwhile.
pub async fn lock(tx: &mut TenantTx, branch: BranchId, test: bool) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT branch_id
         FROM order_counters
         WHERE org_id = $1 AND branch_id = $2 AND test = $3
         FOR UPDATE",
        tx.org().as_uuid(),
        branch.as_uuid(),
        test,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(())
}
