//! Invariant 11: what an order's lines and fees are made of adds up to what is to be paid.

use sqlx::PgConnection;

use super::Finding;

/// Adds every order of the last 40 days up again.
pub async fn check(ordering: &mut PgConnection) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for sql in [LINES, UNITS, FEES, TOTALS, DISCOUNTS, POINTS] {
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *ordering).await?;
        findings.extend(rows.into_iter().map(|what| Finding {
            invariant: 11,
            what,
            cause: "an order was written by another release or by hand",
            repair: "correct the order's explanation; its total is what was agreed to",
        }));
    }
    Ok(findings)
}

const LINES: &str = "
    SELECT format('line %s of order %s: list %s and adjustments %s are not its net %s',
                  line_id, order_id, list, adjusted.amount, net)
    FROM order_lines
    JOIN orders USING (org_id, order_id)
    CROSS JOIN LATERAL (
        SELECT coalesce(sum((one ->> 'amount')::bigint), 0) AS amount
        FROM jsonb_array_elements(adjustments) AS one
    ) AS adjusted
    WHERE orders.created_at > now() - INTERVAL '40 days' AND list + adjusted.amount <> net";

const UNITS: &str = "
    SELECT format('line %s of order %s: its units do not add up to it', line_id, order_id)
    FROM order_lines
    JOIN orders USING (org_id, order_id)
    WHERE orders.created_at > now() - INTERVAL '40 days'
      AND (
          net <> (SELECT sum(value::bigint) FROM jsonb_array_elements_text(unit_nets))
          OR EXISTS (
              SELECT
              FROM jsonb_array_elements(adjustments) AS one
              WHERE (one ->> 'amount')::bigint <> (
                  SELECT coalesce(sum(value::bigint), 0)
                  FROM jsonb_array_elements_text(one -> 'per_unit')
              )
          )
      )";

const FEES: &str = "
    SELECT format('fee %s of order %s: list and adjustments are not its amount', fee ->> 'kind', order_id)
    FROM orders
    CROSS JOIN LATERAL jsonb_array_elements(fees) AS fee
    WHERE created_at > now() - INTERVAL '40 days'
      AND (fee ->> 'amount')::bigint <> (fee ->> 'list')::bigint + (
          SELECT coalesce(sum((one ->> 'amount')::bigint), 0)
          FROM jsonb_array_elements(fee -> 'adjustments') AS one
      )";

const TOTALS: &str = "
    SELECT format('order %s: goods %s of %s at list and fees %s are not its total %s of %s at list',
                  order_id, goods.net, goods.list, fee.amount, total, list_total)
    FROM orders
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(net), 0) AS net, coalesce(sum(list), 0) AS list
        FROM order_lines
        WHERE (org_id, order_id) = (orders.org_id, orders.order_id) AND revision_out IS NULL
    ) AS goods
    CROSS JOIN LATERAL (
        SELECT coalesce(sum((one ->> 'amount')::bigint), 0) AS amount
        FROM jsonb_array_elements(fees) AS one
    ) AS fee
    WHERE created_at > now() - INTERVAL '40 days'
      AND (goods.net + fee.amount <> total OR goods.list <> list_total)";

/// What each rule takes off in all is what its adjustments take off.
const DISCOUNTS: &str = "
    SELECT format('order %s: its discounts %s are not its adjustments %s', order_id, stated.amount, made.amount)
    FROM orders
    CROSS JOIN LATERAL (
        SELECT coalesce(sum((one ->> 'amount')::bigint), 0) AS amount
        FROM jsonb_array_elements(coalesce(benefits -> 'discounts', '[]')) AS one
    ) AS stated
    CROSS JOIN LATERAL (
        SELECT coalesce(sum((one ->> 'amount')::bigint), 0) AS amount
        FROM (
            SELECT jsonb_array_elements(adjustments) AS one
            FROM order_lines
            WHERE (org_id, order_id) = (orders.org_id, orders.order_id) AND revision_out IS NULL
            UNION ALL
            SELECT jsonb_array_elements(fee -> 'adjustments')
            FROM jsonb_array_elements(fees) AS fee
        ) AS all_of_it
    ) AS made
    WHERE created_at > now() - INTERVAL '40 days' AND stated.amount <> made.amount";

/// Points used are those of the units.
const POINTS: &str = "
    SELECT format('order %s: points of its units %s are not the %s used', order_id, units.points, used.points)
    FROM orders
    CROSS JOIN LATERAL (
        SELECT coalesce((benefits #>> '{points,used}')::bigint, 0) AS points
    ) AS used
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(value::bigint), 0) AS points
        FROM order_lines
        CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(order_lines.benefits -> 'unit_points', '[]'))
        WHERE (org_id, order_id) = (orders.org_id, orders.order_id) AND revision_out IS NULL
    ) AS units
    WHERE created_at > now() - INTERVAL '40 days' AND units.points <> used.points";
