//! Invariant 6: a coupon is used at most as often as it allows, what was used of a rule is what orders use of it,
//! and no use outlives its order.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Finding, run};

/// Adds up uses again, and compares holds of the last three days with their orders.
pub async fn check(
    membership: &mut PgConnection,
    ordering: &mut PgConnection,
) -> anyhow::Result<Vec<Finding>> {
    let checks = [
        (
            COUNTERS,
            "a counter was changed without its order's use",
            "set the counter to the sum of its uses",
        ),
        (
            COUPONS,
            "a coupon was changed without its order's use or its redemption",
            "set what is held and used of the coupon to its orders and redemptions",
        ),
        (
            ISSUED,
            "coupons were issued or voided without their counter",
            "set the counter to the coupons that are not over",
        ),
        (
            OVERDUE,
            "the timer that asks ordering about holds does not run or can't ask",
            "look into membership's log for `expire_benefit_holds`",
        ),
    ];
    let mut findings = run(5, &checks, membership).await?;
    let holds: Vec<(Uuid, String)> = sqlx::query_as(HOLDS).fetch_all(&mut *membership).await?;
    let orders: HashMap<Uuid, String> = sqlx::query_as(ORDERS)
        .fetch_all(&mut *ordering)
        .await?
        .into_iter()
        .collect();
    findings.extend(holds.iter().filter_map(|(order, state)| {
        let found = orders.get(order).map(String::as_str);
        let expected = match found {
            None => "released",
            Some("pending_payment") => "held",
            Some("cancelled" | "rejected" | "expired") => "released",
            Some(_) => "used",
        };
        (state != expected).then(|| Finding {
            invariant: 6,
            what: format!(
                "order {order} is {}, the benefits it uses are {state}",
                found.unwrap_or("unknown")
            ),
            cause: "an event of the order was not consumed by membership",
            repair: "replay membership's dead letters: `membership replay membership.orders`",
        })
    }));
    Ok(findings)
}

const COUNTERS: &str = "
    SELECT format('counter %s %s of rule %s has %s, orders use %s', kind, key, rule_id, taken, uses)
    FROM (
        SELECT counter.*, (
            SELECT coalesce(sum(CASE counter.kind WHEN 'budget' THEN used.amount ELSE 1 END), 0)
            FROM benefit_uses AS used
            JOIN benefit_holds AS hold USING (org_id, order_id)
            WHERE used.org_id = counter.org_id AND used.rule_id = counter.rule_id
                AND NOT used.returned AND hold.state <> 'released'
                AND counter.kind = ANY(used.counters)
                AND counter.key = CASE counter.kind
                    WHEN 'customer' THEN hold.customer
                    WHEN 'customer_day' THEN hold.business_day || ' ' || hold.customer
                    WHEN 'day' THEN hold.business_day::text
                    WHEN 'code' THEN used.code_id::text
                    ELSE ''
                END
        ) AS uses
        FROM rule_counters AS counter
        WHERE kind NOT IN ('issued', 'issued_member')
    ) AS counted
    WHERE taken <> uses
    ORDER BY rule_id, kind, key
    LIMIT 20";

const COUPONS: &str = "
    SELECT format('coupon %s has %s held and %s used, orders hold %s and %s uses are known',
                  coupon_id, held, used, held_by_orders, uses)
    FROM (
        SELECT
            coupon.coupon_id, coupon.held, coupon.used,
            (
                SELECT count(*)
                FROM benefit_uses AS of_order
                JOIN benefit_holds AS hold USING (org_id, order_id)
                WHERE of_order.org_id = coupon.org_id AND of_order.rule_id = coupon.coupon_id
                    AND NOT of_order.returned AND hold.state = 'held'
            ) AS held_by_orders,
            (
                SELECT count(*)
                FROM benefit_uses AS of_order
                JOIN benefit_holds AS hold USING (org_id, order_id)
                WHERE of_order.org_id = coupon.org_id AND of_order.rule_id = coupon.coupon_id
                    AND NOT of_order.returned AND hold.state = 'used'
            ) + (
                SELECT count(*)
                FROM coupon_entries AS entry
                WHERE entry.org_id = coupon.org_id AND entry.coupon_id = coupon.coupon_id
                    AND entry.kind = 'redeemed'
            ) AS uses
        FROM coupons AS coupon
    ) AS counted
    WHERE held <> held_by_orders OR used <> uses
    ORDER BY coupon_id
    LIMIT 20";

const ISSUED: &str = "
    SELECT format('template %s counts %s coupons, %s are not over', rule_id, taken, coupons)
    FROM (
        SELECT counter.rule_id, counter.taken, (
            SELECT count(*)
            FROM coupons AS coupon
            WHERE coupon.org_id = counter.org_id AND coupon.template_id = counter.rule_id
                AND coupon.ended IS NULL
        ) AS coupons
        FROM rule_counters AS counter
        WHERE kind = 'issued'
    ) AS counted
    WHERE taken <> coupons
    ORDER BY rule_id
    LIMIT 20";

const OVERDUE: &str = "
    SELECT format('ordering should have been asked about order %s at %s', order_id, ask_at)
    FROM benefit_holds
    WHERE state = 'held' AND ask_at < now() - INTERVAL '1 minute'
    ORDER BY ask_at
    LIMIT 20";

/// Without those that are just being placed.
const HOLDS: &str = "
    SELECT order_id, state
    FROM benefit_holds
    WHERE held_at > now() - INTERVAL '3 days' AND NOT (state = 'held' AND order_version = 0)";

const ORDERS: &str = "
    SELECT order_id, state FROM orders WHERE created_at > now() - INTERVAL '4 days'";
