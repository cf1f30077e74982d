//! Orders that are paid online: how, until when, and what payments has reported.

use std::collections::HashMap;

use chassis::{
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{OrderId, OrganisationId, PaymentMethodId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Inconsistent;
use crate::domain::{
    online_payment::{OnlinePayment, PaymentProgress},
    order::Order,
    order_state::OrderState,
    order_terms::PaymentState,
};

/// Inserts the online payments of new orders in one statement; orders without one are left out.
pub async fn insert(tx: &mut TenantTx, orders: &[&Order]) -> Result<(), sqlx::Error> {
    let online: Vec<(OrderId, &OnlinePayment)> = orders
        .iter()
        .filter_map(|order| Some((order.id, order.online.as_ref()?)))
        .collect();
    if online.is_empty() {
        return Ok(());
    }
    let order_ids: Vec<Uuid> = online.iter().map(|(order, _)| order.as_uuid()).collect();
    let payments = || online.iter().map(|(_, payment)| *payment);
    let methods: Vec<Uuid> = payments().map(|payment| payment.method.as_uuid()).collect();
    let names: Vec<String> = payments()
        .map(|payment| payment.method_name.clone())
        .collect();
    let amounts: Vec<i64> = payments().map(|payment| payment.pay_now).collect();
    let pay_by: Vec<DateTime<Utc>> = payments().map(|payment| payment.pay_by).collect();
    let progress: Vec<String> = payments()
        .map(|payment| payment.progress.as_str().to_owned())
        .collect();
    let states: Vec<String> = payments()
        .map(|payment| payment.state.as_str().to_owned())
        .collect();
    sqlx::query!(
        "INSERT INTO order_payments (
             org_id, extended, attempt, payment_version, captured, refunded, refunding,
             order_id, method_id, method_name, pay_now, pay_by, due_at, progress, state
         )
         SELECT $1, false, 0, 0, 0, 0, 0,
             order_id, method_id, method_name, pay_now, pay_by, pay_by, progress, state
         FROM UNNEST(
             $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[],
             $8::text[]
         ) AS new (order_id, method_id, method_name, pay_now, pay_by, progress, state)",
        tx.org().as_uuid(),
        &order_ids,
        &methods,
        &names,
        &amounts,
        &pay_by,
        &progress,
        &states,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the online payment of a locked order; the timer looks at it again while the order waits for it.
pub async fn update(tx: &mut TenantTx, order: &Order) -> Result<(), Problem> {
    let Some(payment) = &order.online else {
        return Ok(());
    };
    let waits = order.progress.state == OrderState::PendingPayment;
    let due_at = waits.then_some(payment.pay_by);
    let done = sqlx::query!(
        "UPDATE order_payments
         SET method_id = $3, method_name = $4, pay_now = $5, pay_by = $6, extended = $7,
             progress = $8, attempt = $9, payment_version = $10, state = $11, captured = $12,
             refunded = $13, refunding = $14, due_at = $15
         WHERE org_id = $1 AND order_id = $2",
        tx.org().as_uuid(),
        order.id.as_uuid(),
        payment.method.as_uuid(),
        payment.method_name,
        payment.pay_now,
        payment.pay_by,
        payment.extended,
        payment.progress.as_str(),
        payment.attempt,
        payment.version,
        payment.state.as_str(),
        payment.captured,
        payment.refunded,
        payment.refunding,
        due_at,
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(anyhow::anyhow!("an order that is paid online has no row of its payment").into())
    }
}

/// The online payments of those orders that have one.
pub async fn list(
    tx: &mut TenantTx,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, OnlinePayment>, Problem> {
    let ids: Vec<Uuid> = orders.iter().map(OrderId::as_uuid).collect();
    let rows = sqlx::query_as!(
        Row,
        "SELECT
             order_id, method_id, method_name, pay_now, pay_by, extended, progress, attempt,
             payment_version, state, captured, refunded, refunding
         FROM order_payments
         WHERE org_id = $1 AND order_id = ANY($2)",
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let payments = rows.into_iter().map(|row| {
        let order = OrderId::from_uuid(row.order_id);
        let inconsistent = |column| Inconsistent::new("order_payments", column, order);
        Ok((order, row.parse().map_err(inconsistent)?))
    });
    payments.collect()
}

/// Takes up to `limit` orders of all organisations whose time to be paid is over, the longest due first,
/// and puts them off until `next_at`.
pub async fn take_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    next_at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, OrderId)>, sqlx::Error> {
    let rows = sqlx::query!(
        "UPDATE order_payments
         SET due_at = $2
         WHERE (org_id, order_id) IN (
             SELECT org_id, order_id
             FROM order_payments
             WHERE due_at <= $1
             ORDER BY due_at
             LIMIT $3
             FOR UPDATE SKIP LOCKED
         )
         RETURNING org_id, order_id",
        now,
        next_at,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let due = rows.into_iter().map(|row| {
        let org = OrganisationId::from_uuid(row.org_id);
        (org, OrderId::from_uuid(row.order_id))
    });
    Ok(due.collect())
}

struct Row {
    order_id: Uuid,
    method_id: Uuid,
    method_name: String,
    pay_now: i64,
    pay_by: DateTime<Utc>,
    extended: bool,
    progress: String,
    attempt: i16,
    payment_version: i64,
    state: String,
    captured: i64,
    refunded: i64,
    refunding: i64,
}

impl Row {
    /// The payment, or the inconsistent column.
    fn parse(self) -> Result<OnlinePayment, &'static str> {
        Ok(OnlinePayment {
            method: PaymentMethodId::from_uuid(self.method_id),
            method_name: self.method_name,
            pay_now: self.pay_now,
            pay_by: self.pay_by,
            extended: self.extended,
            progress: PaymentProgress::from_word(&self.progress).ok_or("progress")?,
            attempt: self.attempt,
            version: self.payment_version,
            state: PaymentState::from_word(&self.state).ok_or("state")?,
            captured: self.captured,
            refunded: self.refunded,
            refunding: self.refunding,
        })
    }
}
