//! Invariant 1: nothing is oversold or overbooked, and the counters say what the journal says.

use sqlx::PgConnection;

use super::Finding;

const COUNTERS: &str =
    "a counter was changed without its hold or movement, outside one transaction";

/// Compares every counter with what it counts.
pub async fn check(capacity: &mut PgConnection) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (sql, cause, repair) in [
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
            "move orders of the slot",
        ),
        (
            SLOTS,
            COUNTERS,
            "set the slot's counters to the number of its holds",
        ),
    ] {
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *capacity).await?;
        findings.extend(rows.into_iter().map(|what| Finding {
            invariant: 1,
            what,
            cause,
            repair,
        }));
    }
    Ok(findings)
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
    SELECT format('slot %s of branch %s: %s held and %s committed of %s (+%s overbooked)',
                  starts_at, branch_id, held, committed, order_limit, overbooked)
    FROM slots
    WHERE held + committed > order_limit + overbooked";

const SLOTS: &str = "
    SELECT format('slot %s of branch %s: held %s and committed %s, but its holds are %s and %s',
                  slot.starts_at, slot.branch_id, slot.held, slot.committed, count(hold.order_id)
                  FILTER (WHERE hold.state = 'held'), count(hold.order_id)
                  FILTER (WHERE hold.state = 'committed'))
    FROM slots AS slot
    LEFT JOIN holds AS hold
        ON (hold.org_id, hold.branch_id, hold.slot_starts_at)
         = (slot.org_id, slot.branch_id, slot.starts_at)
        AND NOT hold.test
    WHERE slot.starts_at > now() - INTERVAL '1 day'
    GROUP BY slot.org_id, slot.branch_id, slot.starts_at
    HAVING slot.held <> count(hold.order_id) FILTER (WHERE hold.state = 'held')
        OR slot.committed <> count(hold.order_id) FILTER (WHERE hold.state = 'committed')";
