//! Payments of orders; the row is the lock of all its attempts and refunds.

use chassis::{
    business_day::BusinessDay,
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, BrandId, OrderId, OrganisationId, PaymentId},
    money::Currency,
    sales::{Channel, Method},
};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::payment::{OrderFacts, Payment, PaymentState};

struct Row {
    payment_id: PaymentId,
    order_id: OrderId,
    order_number: String,
    brand_id: BrandId,
    branch_id: BranchId,
    method: Method,
    channel: Channel,
    business_day: NaiveDate,
    test: bool,
    currency: Currency,
    due: i64,
    required: i64,
    captured: i64,
    refund_reserved: i64,
    refunded: i64,
    returned: i64,
    state: PaymentState,
    version: i64,
    created_at: DateTime<Utc>,
}

impl From<Row> for Payment {
    fn from(row: Row) -> Self {
        Self {
            id: row.payment_id,
            order: OrderFacts {
                id: row.order_id,
                number: row.order_number,
                brand: row.brand_id,
                branch: row.branch_id,
                method: row.method,
                channel: row.channel,
                business_day: BusinessDay::on(row.business_day),
                test: row.test,
                currency: row.currency,
            },
            due: row.due,
            required: row.required,
            captured: row.captured,
            refund_reserved: row.refund_reserved,
            refunded: row.refunded,
            returned: row.returned,
            state: row.state,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// Selects payments of the organisation, the first parameter.
macro_rules! select_payments {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                payment_id AS "payment_id: PaymentId",
                order_id AS "order_id: OrderId",
                order_number,
                brand_id AS "brand_id: BrandId",
                branch_id AS "branch_id: BranchId",
                method AS "method: Method",
                channel AS "channel: Channel",
                business_day,
                test,
                currency AS "currency: Currency",
                due,
                required,
                captured,
                refund_reserved,
                refunded,
                returned,
                state AS "state: PaymentState",
                version,
                created_at
            FROM payments
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// The payment of an order.
pub async fn find(tx: &mut TenantTx, order: OrderId) -> Result<Option<Payment>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_payments!("AND order_id = $2", org, order.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(Into::into))
}

/// Payments by their ids.
pub async fn list(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Payment>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_payments!("AND payment_id = ANY($2)", org, ids,)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The payment of an order, locked until the transaction ends.
pub async fn lock_of_order(
    tx: &mut TenantTx,
    order: OrderId,
) -> Result<Option<Payment>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_payments!("AND order_id = $2 FOR UPDATE", org, order.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(Into::into))
}

/// A payment, locked until the transaction ends.
pub async fn lock(tx: &mut TenantTx, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_payments!("AND payment_id = $2 FOR UPDATE", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(Into::into))
}

/// Stores the payment of an order unless the order has one.
pub async fn insert(tx: &mut TenantTx, payment: &Payment) -> Result<(), StoreError> {
    let order = &payment.order;
    sqlx::query!(
        "INSERT INTO payments (
             org_id, payment_id, order_id, order_number, brand_id, branch_id, method, channel,
             business_day, test, currency, due, required, state, version, created_at, updated_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)
         ON CONFLICT ON CONSTRAINT payments_one_an_order DO NOTHING",
        tx.org().as_uuid(),
        payment.id.as_uuid(),
        order.id.as_uuid(),
        order.number,
        order.brand.as_uuid(),
        order.branch.as_uuid(),
        order.method as _,
        order.channel as _,
        order.business_day.date(),
        order.test,
        order.currency as _,
        payment.due,
        payment.required,
        payment.state as _,
        payment.version,
        payment.created_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what may change of a payment that is locked.
pub async fn update(
    tx: &mut TenantTx,
    payment: &Payment,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE payments
         SET due = $3, required = $4, captured = $5, refund_reserved = $6, refunded = $7,
             returned = $8, state = $9, version = $10, updated_at = $11
         WHERE org_id = $1 AND payment_id = $2",
        tx.org().as_uuid(),
        payment.id.as_uuid(),
        payment.due,
        payment.required,
        payment.captured,
        payment.refund_reserved,
        payment.refunded,
        payment.returned,
        payment.state as _,
        payment.version,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keys of payments after `after`, of all organisations.
pub async fn list_keys(
    tx: &mut SystemTx,
    after: (Uuid, Uuid),
    limit: i64,
) -> Result<Vec<(OrganisationId, Uuid)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT org_id AS "org_id: OrganisationId", payment_id
         FROM payments
         WHERE (org_id, payment_id) > ($1, $2)
         ORDER BY org_id, payment_id
         LIMIT $3"#,
        after.0,
        after.1,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.org_id, row.payment_id))
        .collect())
}
