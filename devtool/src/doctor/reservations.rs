//! Invariant 2: every live order has exactly one reservation, at its own time, none outlives its order,
//! and no order waits for its payment longer than it may.

use std::collections::HashMap;

use sqlx::{FromRow, PgConnection};
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

    for (id, order) in &orders {
        let wanted: &[&str] = match order.state.as_str() {
            "pending_payment" => &["held"],
            // Prepared units are not sold again, so their reservation may stay committed.
            "cancelled" => &["released", "committed"],
            "rejected" | "expired" => &["released"],
            _ => &["committed"],
        };
        let hold = holds.get(id);
        let state = hold.map_or("none", |hold| hold.state.as_str());
        if !wanted.contains(&state) {
            findings.push(Finding {
                invariant: 2,
                what: format!("order {id} is {}, its reservation is {state}", order.state),
                cause: "an event of the order was not consumed by capacity",
                repair: "replay capacity's dead letters: `capacity replay capacity.orders`",
            });
        }
        if let Some(hold) = hold
            && OPEN.contains(&order.state.as_str())
            && hold.promised_at != order.promised_at
        {
            let (order, hold) = (&order.promised_at, &hold.promised_at);
            findings.push(Finding {
                invariant: 2,
                what: format!("order {id} is promised for {order}, its reservation for {hold}"),
                cause: "a rescheduling was interrupted",
                repair: "look into ordering's log for `finish_reschedules` and `carry_out_decisions`, or reschedule the order once more",
            });
        }
    }
    for (order, hold) in &holds {
        if hold.state == "committed" && !orders.contains_key(order) {
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
    let unpaid: Vec<String> = sqlx::query_scalar(UNPAID).fetch_all(&mut *ordering).await?;
    findings.extend(unpaid.into_iter().map(|what| Finding {
        invariant: 2,
        what,
        cause: "the timer that ends unpaid orders does not run or fails for this one",
        repair: "look into ordering's log for `expire_unpaid_orders`",
    }));
    Ok(findings)
}

/// What one side knows of an order.
#[derive(FromRow)]
struct Side {
    order_id: Uuid,
    state: String,
    /// As PostgreSQL writes it.
    promised_at: String,
}

async fn states(
    database: &mut PgConnection,
    sql: &'static str,
) -> anyhow::Result<HashMap<Uuid, Side>> {
    let rows: Vec<Side> = sqlx::query_as(sql).fetch_all(database).await?;
    Ok(rows.into_iter().map(|side| (side.order_id, side)).collect())
}

/// States of an order whose time still matters.
const OPEN: [&str; 6] = [
    "pending_payment",
    "placed",
    "accepted",
    "preparing",
    "ready",
    "delivering",
];

const ORDERS: &str = "
    SELECT order_id, state, promised_at::text FROM orders WHERE created_at > now() - INTERVAL '3 days'";

const HOLDS: &str = "
    SELECT order_id, state, promised_at::text FROM holds WHERE held_at > now() - INTERVAL '3 days'";

const UNPAID: &str = "
    SELECT format('order %s has waited for its payment since %s', order_id, pay_by)
    FROM orders
    JOIN order_payments USING (org_id, order_id)
    WHERE orders.state = 'pending_payment' AND pay_by < now() - INTERVAL '2 minutes'";

const OVERDUE: &str = "
    SELECT format('the reservation of order %s should have ended at %s', order_id, expires_at)
    FROM holds
    WHERE state = 'held' AND expires_at < now() - INTERVAL '60 seconds'";
