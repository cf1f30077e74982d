//! Invariant 2: every live order has exactly one reservation, and none outlives its order.

use std::collections::HashMap;

use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::Finding;

/// Compares orders and holds of the last three days, both ways.
pub async fn check(
    capacity: &mut PgConnection,
    ordering: &mut PgConnection,
) -> anyhow::Result<Vec<Finding>> {
    let orders = states(ordering, ORDERS).await?;
    let holds = states(capacity, HOLDS).await?;
    let mut findings = Vec::new();

    for (order, state) in &orders {
        let wanted: &[&str] = match state.as_str() {
            "pending_payment" => &["held"],
            // Prepared units are not sold again, so their reservation may stay committed.
            "cancelled" => &["released", "committed"],
            "rejected" | "expired" => &["released"],
            _ => &["committed"],
        };
        let hold = holds.get(order).map_or("none", String::as_str);
        if !wanted.contains(&hold) {
            findings.push(Finding {
                invariant: 2,
                what: format!("order {order} is {state}, its reservation is {hold}"),
                cause: "an event of the order was not consumed by capacity",
                repair: "replay capacity's dead letters: `capacity replay capacity.orders`",
            });
        }
    }
    for (order, state) in &holds {
        if state == "committed" && !orders.contains_key(order) {
            findings.push(Finding {
                invariant: 2,
                what: format!("a reservation is committed for {order}, which is no order"),
                cause: "an order was deleted, or a confirmation was forged",
                repair: "release the reservation",
            });
        }
    }
    let overdue: Vec<String> = sqlx::query_scalar(OVERDUE)
        .fetch_all(&mut *capacity)
        .await?;
    findings.extend(overdue.into_iter().map(|what| Finding {
        invariant: 2,
        what,
        cause: "the timer that expires reservations does not run or can't ask ordering",
        repair: "look into capacity's log for `expire_holds`",
    }));
    Ok(findings)
}

async fn states(database: &mut PgConnection, sql: &str) -> anyhow::Result<HashMap<Uuid, String>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_all(database)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

const ORDERS: &str = "
    SELECT order_id, state FROM orders WHERE placed_at > now() - INTERVAL '3 days'";

const HOLDS: &str = "
    SELECT order_id, state FROM holds WHERE held_at > now() - INTERVAL '3 days'";

const OVERDUE: &str = "
    SELECT format('the reservation of order %s should have ended at %s', order_id, expires_at)
    FROM holds
    WHERE state = 'held' AND expires_at < now() - INTERVAL '60 seconds'";
