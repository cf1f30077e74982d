//! Invariant 4: captured money belongs to an order that is paid, or goes back; and the part of invariant 3
//! that ordering and payments only know together.
//!
//! An event between them is given five minutes.

use std::collections::HashMap;

use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Finding, connect};
use crate::endpoints::Endpoints;

/// Compares payments of the last seven days with their orders, and looks for what nobody works on.
pub async fn check(
    payments: &mut PgConnection,
    ordering: &mut PgConnection,
) -> anyhow::Result<Vec<Finding>> {
    let captured: Vec<Payment> = sqlx::query_as(CAPTURED).fetch_all(&mut *payments).await?;
    let orgs: Vec<Uuid> = captured.iter().map(|payment| payment.org_id).collect();
    let ids: Vec<Uuid> = captured.iter().map(|payment| payment.order_id).collect();
    let orders: Vec<Order> = sqlx::query_as(ORDERS)
        .bind(orgs)
        .bind(ids)
        .fetch_all(ordering)
        .await?;
    let orders: HashMap<_, _> = orders
        .into_iter()
        .map(|order| (order.order_id, order))
        .collect();
    let mut findings: Vec<Finding> = captured
        .iter()
        .filter_map(|payment| compare(payment, orders.get(&payment.order_id)))
        .collect();
    for (sql, cause, repair) in STUCK {
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *payments).await?;
        findings.extend(rows.into_iter().map(|what| Finding {
            invariant: 4,
            what,
            cause,
            repair,
        }));
    }
    Ok(findings)
}

/// A payment with captured money.
#[derive(Debug, FromRow)]
struct Payment {
    org_id: Uuid,
    order_id: Uuid,
    due: i64,
    required: i64,
    captured: i64,
    refund_reserved: i64,
}

/// What ordering knows of the order.
#[derive(Debug, FromRow)]
struct Order {
    order_id: Uuid,
    state: String,
    payment_state: String,
    paid: i64,
}

/// How a payment and its order contradict each other.
fn compare(payment: &Payment, order: Option<&Order>) -> Option<Finding> {
    let kept = payment.captured - payment.refund_reserved;
    let Payment {
        order_id: id,
        captured,
        ..
    } = payment;
    let missed = |invariant: u8, what: String| Finding {
        invariant,
        what,
        cause: "an event of the payment was not consumed by ordering",
        repair: "replay ordering's dead letters: `ordering replay ordering.payments`",
    };
    let Some(order) = order else {
        return (kept > 0).then(|| Finding {
            invariant: 4,
            what: format!("{kept} is kept for order {id}, which ordering does not have"),
            cause: "an order was deleted",
            repair: "refund the payment",
        });
    };
    let (state, paid) = (&order.state, order.paid);
    match state.as_str() {
        "cancelled" | "rejected" | "expired" if kept > 0 => Some(Finding {
            invariant: 4,
            what: format!("{kept} is kept for order {id}, which is {state}"),
            cause: "the end of the order was not consumed by payments",
            repair: "replay payments' dead letters: `payments replay payments.orders`",
        }),
        "cancelled" | "rejected" | "expired" => None,
        "pending_payment" => (kept > 0 && *captured >= payment.required).then(|| {
            missed(
                4,
                format!("{captured} is captured for order {id}, which waits for its payment"),
            )
        }),
        _ if kept > 0 && matches!(order.payment_state.as_str(), "unpaid" | "failed") => {
            Some(missed(
                4,
                format!(
                    "{captured} is captured for order {id}, whose payment is {}",
                    order.payment_state
                ),
            ))
        }
        // What is paid on site after a deposit is known to ordering alone.
        _ if paid < kept || (*captured >= payment.due && paid > *captured) => Some(missed(
            3,
            format!(
                "order {id} has {paid} as paid; {captured} is captured and {} of it refunded or on its way back",
                payment.refund_reserved
            ),
        )),
        _ => None,
    }
}

/// What is no violation but worth knowing: messages that were not believed, and refunds for a person.
pub async fn notes(endpoints: &Endpoints) -> anyhow::Result<Vec<String>> {
    let mut payments = connect(endpoints, "payments").await?;
    let mut notes = Vec::new();
    for sql in [REJECTED, MISMATCHED, MANUAL] {
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut payments).await?;
        notes.extend(rows);
    }
    Ok(notes)
}

const CAPTURED: &str = "
    SELECT org_id, order_id, due, required, captured, refund_reserved
    FROM payments
    WHERE captured > 0
      AND updated_at BETWEEN now() - INTERVAL '7 days' AND now() - INTERVAL '5 minutes'";

const ORDERS: &str = "
    SELECT order_id, state, payment_state, paid
    FROM orders
    JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (org_id, order_id) USING (org_id, order_id)";

/// Statements that find what nobody works on, each with its likely cause and repair.
const STUCK: [(&str, &str, &str); 4] = [
    (
        "SELECT format('attempt %s of payment %s was to be queried at %s', attempt_id, payment_id, next_query_at)
         FROM attempts
         WHERE next_query_at < now() - INTERVAL '10 minutes'",
        "the timer that queries providers does not run or falls behind",
        "look into payments' log for `query_attempts`",
    ),
    (
        "SELECT format('attempt %s of payment %s is %s and is queried no more', attempt_id, payment_id, state)
         FROM attempts
         WHERE state IN ('pending', 'unknown') AND next_query_at IS NULL",
        "the provider gave no answer for seven days",
        "look the attempt up at the provider by its reference",
    ),
    (
        "SELECT format('refund %s of payment %s was to be carried out at %s', refund_id, payment_id, next_try_at)
         FROM refunds
         WHERE next_try_at < now() - INTERVAL '10 minutes'",
        "the timer that carries out refunds does not run or falls behind",
        "look into payments' log for `carry_out_refunds`",
    ),
    (
        "SELECT format('refund %s of payment %s is pending and is tried no more', refund_id, payment_id)
         FROM refunds
         WHERE state = 'pending' AND next_try_at IS NULL",
        "a refund was changed past the application",
        "set its next_try_at to now",
    ),
];

const REJECTED: &str = "
    SELECT format('%s messages of providers were not believed within a day: %s', sum(deliveries), reason)
    FROM rejected_callbacks
    WHERE last_received_at > now() - INTERVAL '1 day'
    GROUP BY reason
    ORDER BY reason";

const MISMATCHED: &str = "
    SELECT format('%s believed messages of providers did not fit their attempts within a day: %s', count(*), reason)
    FROM callbacks
    WHERE outcome = 'mismatch' AND last_received_at > now() - INTERVAL '1 day'
    GROUP BY reason
    ORDER BY reason";

const MANUAL: &str = "
    SELECT format('%s refunds wait for a person', count(*))
    FROM refunds
    WHERE state = 'needs_person'
    HAVING count(*) > 0";

#[cfg(test)]
mod tests {
    use super::*;

    const REQUIRED: i64 = 165;

    fn found(captured: i64, refund_reserved: i64, order: Option<(&str, &str, i64)>) -> Option<u8> {
        let payment = Payment {
            org_id: Uuid::nil(),
            order_id: Uuid::nil(),
            due: REQUIRED,
            required: REQUIRED,
            captured,
            refund_reserved,
        };
        let order = order.map(|(state, payment_state, paid)| Order {
            order_id: Uuid::nil(),
            state: state.to_owned(),
            payment_state: payment_state.to_owned(),
            paid,
        });
        compare(&payment, order.as_ref()).map(|finding| finding.invariant)
    }

    #[test]
    fn captured_money_has_a_paid_order_or_goes_back() {
        for (captured, reserved, order, finding) in [
            (165, 0, Some(("placed", "paid", 165)), None),
            (165, 0, None, Some(4)),
            (165, 165, None, None),
            (165, 0, Some(("expired", "unpaid", 0)), Some(4)),
            (165, 165, Some(("expired", "unpaid", 0)), None),
            (165, 0, Some(("pending_payment", "unpaid", 0)), Some(4)),
            // Too little: the rest is asked for.
            (100, 0, Some(("pending_payment", "unpaid", 0)), None),
            (165, 0, Some(("placed", "unpaid", 0)), Some(4)),
            (165, 0, Some(("completed", "paid", 100)), Some(3)),
            (165, 0, Some(("completed", "paid", 200)), Some(3)),
            // Whether what is refunded counts as paid is ordering's to say.
            (165, 28, Some(("completed", "partly_refunded", 137)), None),
            (165, 28, Some(("completed", "partly_refunded", 165)), None),
            (330, 165, Some(("placed", "paid", 165)), None),
        ] {
            assert_eq!(
                found(captured, reserved, order),
                finding,
                "{captured} − {reserved}, {order:?}"
            );
        }
    }
}
