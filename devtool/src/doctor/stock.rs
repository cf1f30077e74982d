//! Invariant 1: nothing is oversold or overbooked, and the counters say what the journal says.

use sqlx::PgConnection;

use super::{Finding, run};

const COUNTERS: &str =
    "a counter was changed without its hold or movement, outside one transaction";

/// Compares every counter with what it counts.
pub async fn check(capacity: &mut PgConnection) -> anyhow::Result<Vec<Finding>> {
    let checks = [
        (
            OVERSOLD,
            "the check constraint was dropped or bypassed",
            "count the stock of the unit again",
        ),
        (
            HELD,
            COUNTERS,
            "set the bucket's `held` to the sum of its open holds",
        ),
        (
            JOURNAL,
            COUNTERS,
            "count the stock of the unit again, which writes a movement",
        ),
        (
            OVERBOOKED,
            "the check constraint was dropped or bypassed",
            "reschedule orders of the window",
        ),
        (
            TAKEN,
            COUNTERS,
            "save the branch's limits again, which counts its orders anew",
        ),
    ];
    run(1, &checks, capacity).await
}

const OVERSOLD: &str = "
    SELECT format('stock %s of branch %s on %s: on hand %s, held %s, owed %s, shortfall %s',
                  sku_id, branch_id, business_day, on_hand, held, owed, shortfall)
    FROM stock_buckets
    WHERE on_hand < 0 OR held < 0 OR held + owed > on_hand + shortfall";

const HELD: &str = "
    WITH parts AS (
        SELECT org_id, branch_id, part.sku_id, part.business_day, sum(part.quantity) AS quantity
        FROM holds,
             unnest(sku_ids, bucket_days, quantities) AS part (sku_id, business_day, quantity)
        WHERE state = 'held' AND NOT test
        GROUP BY org_id, branch_id, part.sku_id, part.business_day
    )
    SELECT format('stock %s of branch %s on %s: held %s, but open holds sum to %s',
                  bucket.sku_id, bucket.branch_id, bucket.business_day, bucket.held,
                  coalesce(parts.quantity, 0))
    FROM stock_buckets AS bucket
    LEFT JOIN parts USING (org_id, branch_id, sku_id, business_day)
    WHERE bucket.held <> coalesce(parts.quantity, 0)";

const JOURNAL: &str = "
    SELECT format('stock %s of branch %s on %s: on hand %s and held %s, but the journal ends with %s and %s',
                  bucket.sku_id, bucket.branch_id, bucket.business_day, bucket.on_hand, bucket.held,
                  last.on_hand_after, last.held_after)
    FROM stock_buckets AS bucket
    CROSS JOIN LATERAL (
        SELECT on_hand_after, held_after
        FROM stock_movements AS movement
        WHERE (movement.org_id, movement.branch_id, movement.sku_id, movement.business_day)
            = (bucket.org_id, bucket.branch_id, bucket.sku_id, bucket.business_day)
        ORDER BY seq DESC
        LIMIT 1
    ) AS last
    WHERE (bucket.on_hand, bucket.held) <> (last.on_hand_after, last.held_after)";

const OVERBOOKED: &str = "
    SELECT format('limit %s (%s) of branch %s from %s: %s held and %s committed of %s (+%s overbooked)',
                  rule_id, pool, branch_id, starts_at, held, committed, limit_amount, overbooked)
    FROM limit_counters
    WHERE held + committed > limit_amount + overbooked";

const TAKEN: &str = "
    WITH taken AS (
        SELECT hold.org_id, hold.branch_id, (take ->> 0)::uuid AS rule_id, take ->> 1 AS pool,
               to_timestamp((take ->> 2)::bigint) AS starts_at,
               sum((take ->> 3)::bigint) FILTER (WHERE hold.state = 'held') AS held,
               sum((take ->> 3)::bigint) FILTER (WHERE hold.state = 'committed') AS committed
        FROM holds AS hold, jsonb_array_elements(hold.takes) AS take
        WHERE hold.slot_starts_at > now() - INTERVAL '2 days' AND NOT hold.test
        GROUP BY hold.org_id, hold.branch_id, take ->> 0, take ->> 1, take ->> 2
    )
    SELECT format('limit %s (%s) of branch %s from %s: held %s and committed %s, but its holds took %s and %s',
                  counter.rule_id, counter.pool, counter.branch_id, counter.starts_at, counter.held,
                  counter.committed, coalesce(taken.held, 0), coalesce(taken.committed, 0))
    FROM limit_counters AS counter
    LEFT JOIN taken USING (org_id, branch_id, rule_id, pool, starts_at)
    WHERE counter.starts_at > now() - INTERVAL '1 day'
      AND (counter.held <> coalesce(taken.held, 0)
           OR counter.committed <> coalesce(taken.committed, 0))";
