//! Orders: what was sold, and their progress.

use std::collections::{HashMap, HashSet};

use chassis::{
    business_day::BusinessDay,
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{AccountId, BranchId, BrandId, MemberId, MenuVersionId, OrderId, OrganisationId},
    money::{Currency, Money},
    sales::{Channel, Method},
    snapshot::Key,
    text,
};
use chrono::{DateTime, NaiveDate, Utc};
use proto::ordering::v1::OrderingReason;
use serde_json::Value;
use sqlx::{error::DatabaseError, postgres::PgQueryResult};
use uuid::Uuid;

use super::{Inconsistent, json, order_events::RequestMark, order_lines, order_payments};
use crate::domain::{
    menu::DayRule,
    online_payment::OnlinePayment,
    order::{Contact, Order, OrderLine, SlotChange},
    order_history::{CancelReason, Progress, Undo},
    order_number::{OrderNumber, PickupNumber},
    order_state::OrderState,
    order_terms::{OrderKind, OrderTerms, PaymentMethod, PaymentState},
};

/// Inserts new orders in one statement, without their lines and entries.
///
/// Returns which were inserted; each of the others exists already, under its id or its key.
pub async fn insert(
    tx: &mut TenantTx,
    orders: &[(&Order, &RequestMark)],
) -> Result<HashSet<OrderId>, sqlx::Error> {
    fn column<T>(orders: &[(&Order, &RequestMark)], read: impl Fn(&Order) -> T) -> Vec<T> {
        orders.iter().map(|(order, _)| read(order)).collect()
    }
    let marks = || orders.iter().map(|(_, mark)| *mark);
    let keys: Vec<String> = marks().map(|mark| mark.key.clone()).collect();
    let hashes: Vec<Vec<u8>> = marks().map(|mark| mark.hash.clone()).collect();
    let inserted = sqlx::query_scalar!(
        "INSERT INTO orders (
             org_id, cancel_text,
             order_id, brand_id, branch_id, order_number, pickup_number,
             channel, kind, member_id, table_name, method, method_name, delivery_address,
             wanted_at, promised_at, business_day, time_zone, cutoff_minutes, revision,
             menu_version_id, menu_number, quote_hash, currency, list_total, fees, total,
             contact_name, contact_name_key, contact_phone, remark, utensils, payment_method, invoice, test,
             created_at, state, version, placed_at, payment_state, paid, benefits,
             priced_with, idempotency_key, request_hash
         )
         SELECT $1, '', *
         FROM UNNEST(
             $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::integer[],
             $7::text[], $8::text[], $9::uuid[], $10::text[], $11::text[], $12::text[], $13::jsonb[],
             $14::timestamptz[], $15::timestamptz[], $16::date[], $17::text[], $18::smallint[],
             $19::integer[], $20::uuid[], $21::bigint[], $22::text[], $23::text[], $24::bigint[],
             $25::jsonb[], $26::bigint[], $27::text[], $28::text[], $29::text[], $30::text[], $31::boolean[],
             $32::text[], $33::jsonb[], $34::boolean[], $35::timestamptz[], $36::text[],
             $37::bigint[], $38::timestamptz[], $39::text[], $40::bigint[], $41::jsonb[], $42::jsonb[],
             $43::text[], $44::bytea[]
         )
         ON CONFLICT DO NOTHING
         RETURNING order_id",
        tx.org().as_uuid(),
        &column(orders, |order| order.id.as_uuid()),
        &column(orders, |order| order.brand.as_uuid()),
        &column(orders, |order| order.branch.as_uuid()),
        &column(orders, |order| order.order_number.as_str().to_owned()),
        &column(orders, |order| order.pickup_number.map(|number| number.0)) as &[Option<i32>],
        &column(orders, |order| order.terms.channel.as_str().to_owned()),
        &column(orders, |order| order.terms.kind.as_str().to_owned()),
        &column(orders, |order| order.terms.member.map(Uuid::from)) as &[Option<Uuid>],
        &column(orders, |order| order.terms.table.clone()) as &[Option<String>],
        &column(orders, |order| order.method.as_str().to_owned()),
        &column(orders, |order| order.terms.method_name.clone()) as &[Option<String>],
        &column(orders, |order| json::from_optional(order.terms.address.as_ref()))
            as &[Option<Value>],
        &column(orders, |order| order.wanted_at) as &[Option<DateTime<Utc>>],
        &column(orders, |order| order.promised_at),
        &column(orders, |order| order.business_day.date()),
        &column(orders, |order| order.day_rule.tz.name().to_owned()),
        &column(orders, |order| i16::try_from(order.day_rule.cutoff_minutes)
            .unwrap_or(i16::MAX)),
        &column(orders, |order| order.revision),
        &column(orders, |order| order.menu_version.as_uuid()),
        &column(orders, |order| order.menu_number),
        &column(orders, |order| order.quote_hash.clone()),
        &column(orders, |order| order.total.currency().to_string()),
        &column(orders, |order| order.list_total.amount()),
        &column(orders, |order| json::from_fees(&order.fees)),
        &column(orders, |order| order.total.amount()),
        &column(orders, |order| order.contact.name.clone()),
        &column(orders, |order| text::folded(&order.contact.name)),
        &column(orders, |order| order.contact.phone.clone()),
        &column(orders, |order| order.remark.clone()),
        &column(orders, |order| order.utensils),
        &column(orders, |order| order.terms.payment_method.as_str().to_owned()),
        &column(orders, |order| json::from_optional(order.terms.invoice.as_ref()))
            as &[Option<Value>],
        &column(orders, |order| order.terms.test),
        &column(orders, |order| order.created_at),
        &column(orders, |order| order.progress.state.as_str().to_owned()),
        &column(orders, |order| order.progress.version),
        &column(orders, |order| order.progress.placed_at) as &[Option<DateTime<Utc>>],
        &column(orders, |order| order.progress.payment_state.as_str().to_owned()),
        &column(orders, |order| order.progress.paid),
        &column(orders, |order| json::from_optional(order.benefits.as_ref())) as &[Option<Value>],
        &column(orders, |order| json::from_optional(order.priced_with.as_ref()))
            as &[Option<Value>],
        &keys,
        &hashes,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(inserted.into_iter().map(OrderId::from_uuid).collect())
}

/// Writes a locked order's progress over that of `read_version`.
///
/// Refuses when another open order has the number of one that is reopened, which happens only when their
/// replicas disagree on the business day.
pub async fn update_progress(
    tx: &mut TenantTx,
    order: &Order,
    read_version: i64,
) -> Result<(), Problem> {
    let progress = &order.progress;
    let done = sqlx::query!(
        "UPDATE orders
         SET state = $4, version = $5, accepted_at = $6, ready_at = $7, completed_at = $8,
             paid = $9, cancel_reason = $10, cancel_text = $11, undo_by = $12, undo_until = $13,
             closed_day = $14, placed_at = $15, pickup_number = $16, payment_state = $17
         WHERE org_id = $1 AND order_id = $2 AND version = $3",
        tx.org().as_uuid(),
        order.id.as_uuid(),
        read_version,
        progress.state.as_str(),
        progress.version,
        progress.accepted_at,
        progress.ready_at,
        progress.completed_at,
        progress.paid,
        progress.cancel_reason.map(CancelReason::as_str),
        progress.cancel_text,
        progress.undo.map(|undo| undo.account.as_uuid()),
        progress.undo.map(|undo| undo.until),
        order.closed_day().map(BusinessDay::date),
        progress.placed_at,
        order.pickup_number.map(|number| number.0),
        progress.payment_state.as_str(),
    )
    .execute(&mut **tx)
    .await;
    match done {
        Err(error) if is_number_taken(&error) => {
            Err(Problem::new(OrderingReason::IllegalTransition)
                .message("its day is over and its pickup number belongs to another order")
                .param("state", OrderState::Completed.as_str())
                .param("to", progress.state.as_str()))
        }
        done => updated_one(&done?),
    }
}

fn is_number_taken(error: &sqlx::Error) -> bool {
    let refused = error
        .as_database_error()
        .and_then(DatabaseError::constraint);
    refused == Some("orders_open_pickup_number")
}

fn updated_one(done: &PgQueryResult) -> Result<(), Problem> {
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(anyhow::anyhow!("a locked order changed its version").into())
    }
}

/// Writes a locked order's slot and version over those of `read_version`.
pub async fn update_slot(
    tx: &mut TenantTx,
    order: &Order,
    read_version: i64,
) -> Result<(), Problem> {
    let change = order.rescheduled.as_ref();
    let done = sqlx::query!(
        "UPDATE orders
         SET wanted_at = $4, promised_at = $5, business_day = $6, rescheduled_from = $7,
             reschedule_reason = $8, version = $9, undo_by = NULL, undo_until = NULL
         WHERE org_id = $1 AND order_id = $2 AND version = $3",
        tx.org().as_uuid(),
        order.id.as_uuid(),
        read_version,
        order.wanted_at,
        order.promised_at,
        order.business_day.date(),
        change.map(|change| change.from),
        change.map_or("", |change| change.reason.as_str()),
        order.progress.version,
    )
    .execute(&mut **tx)
    .await?;
    updated_one(&done)
}

/// Locks an order until the transaction ends and gets it, or `NOT_FOUND`.
pub async fn lock(tx: &mut TenantTx, order: OrderId) -> Result<Order, Problem> {
    sqlx::query_scalar!(
        "SELECT order_id FROM orders WHERE org_id = $1 AND order_id = $2 FOR UPDATE",
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    get(tx, order).await
}

/// The order, or `NOT_FOUND`.
pub async fn get(tx: &mut TenantTx, order: OrderId) -> Result<Order, Problem> {
    list(tx, &[order])
        .await?
        .pop()
        .ok_or_else(|| Problem::not_found("order"))
}

/// Orders with their lines, in the order asked for; unknown ones are left out.
pub async fn list(tx: &mut TenantTx, wanted: &[OrderId]) -> Result<Vec<Order>, Problem> {
    let ids: Vec<Uuid> = wanted.iter().map(OrderId::as_uuid).collect();
    let rows = sqlx::query_as!(
        Row,
        "SELECT
             order_id, brand_id, branch_id, order_number, pickup_number, channel, kind, member_id,
             table_name, method, method_name, delivery_address, wanted_at, promised_at, business_day,
             time_zone, cutoff_minutes, revision, menu_version_id, menu_number, quote_hash, currency,
             list_total, fees, total, contact_name, contact_phone, remark, utensils, payment_method,
             invoice, test, created_at, state, version, placed_at, accepted_at, ready_at,
             completed_at, payment_state, paid, cancel_reason, cancel_text, undo_by, undo_until,
             rescheduled_from, reschedule_reason, benefits, priced_with
         FROM orders
         WHERE org_id = $1 AND order_id = ANY($2)",
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;

    let mut currencies = HashMap::with_capacity(rows.len());
    for row in &rows {
        let order = OrderId::from_uuid(row.order_id);
        let inconsistent = |_| Inconsistent::new("orders", "currency", order);
        currencies.insert(order, row.currency.parse().map_err(inconsistent)?);
    }
    let mut lines = if currencies.is_empty() {
        HashMap::new()
    } else {
        order_lines::list(tx, &currencies).await?
    };
    let online = PaymentMethod::Online.as_str();
    let online = rows.iter().filter(|row| row.payment_method == online);
    let online: Vec<OrderId> = online.map(|row| OrderId::from_uuid(row.order_id)).collect();
    let mut payments = if online.is_empty() {
        HashMap::new()
    } else {
        order_payments::list(tx, &online).await?
    };
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let id = OrderId::from_uuid(row.order_id);
        let inconsistent = |column| Inconsistent::new("orders", column, id);
        let lines = lines.remove(&id).unwrap_or_default();
        let order = row.parse(currencies[&id], lines, payments.remove(&id));
        found.insert(id, order.map_err(inconsistent)?);
    }
    Ok(wanted.iter().filter_map(|id| found.remove(id)).collect())
}

/// The keys of the orders of all organisations after `after`, in their order: of those that are open
/// and those promised for `since` or later, or of all.
pub async fn list_keys(
    tx: &mut SystemTx,
    after: Key,
    since: Option<DateTime<Utc>>,
    limit: i64,
) -> Result<Vec<Key>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT org_id, order_id
         FROM orders
         WHERE (org_id, order_id) > ($1, $2)
             AND (
                 $3::timestamptz IS NULL OR promised_at >= $3
                 OR state IN ('pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering')
             )
         ORDER BY org_id, order_id
         LIMIT $4",
        after.org.as_uuid(),
        after.id,
        since,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Key {
            org: OrganisationId::from_uuid(row.org_id),
            id: row.order_id,
        })
        .collect())
}

/// When the latest `limit` test orders of a branch after `since` were created, the latest first.
pub async fn list_latest_tests(
    tx: &mut TenantTx,
    branch: BranchId,
    since: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT created_at
         FROM orders
         WHERE org_id = $1 AND branch_id = $2 AND test AND created_at > $3
         ORDER BY created_at DESC
         LIMIT $4",
        tx.org().as_uuid(),
        branch.as_uuid(),
        since,
        i64::try_from(limit).unwrap_or(i64::MAX),
    )
    .fetch_all(&mut **tx)
    .await
}

/// Deletes up to `limit` test orders created before `before`, of all organisations.
pub async fn purge_tests(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "DELETE FROM orders
         WHERE (org_id, order_id) IN (
             SELECT org_id, order_id
             FROM orders
             WHERE test AND created_at < $1
             ORDER BY created_at
             LIMIT $2
             FOR UPDATE SKIP LOCKED
         )",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// State and version of the orders that exist.
pub async fn list_states(
    tx: &mut TenantTx,
    orders: &[OrderId],
) -> Result<Vec<(OrderId, OrderState, i64)>, Problem> {
    let ids: Vec<Uuid> = orders.iter().map(OrderId::as_uuid).collect();
    let rows = sqlx::query!(
        "SELECT order_id, state, version FROM orders WHERE org_id = $1 AND order_id = ANY($2)",
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let states = rows.into_iter().map(|row| {
        let state = OrderState::from_word(&row.state)
            .ok_or_else(|| Inconsistent::new("orders", "state", row.order_id))?;
        Ok((OrderId::from_uuid(row.order_id), state, row.version))
    });
    states.collect()
}

struct Row {
    order_id: Uuid,
    brand_id: Uuid,
    branch_id: Uuid,
    order_number: String,
    pickup_number: Option<i32>,
    channel: String,
    kind: String,
    member_id: Option<Uuid>,
    table_name: Option<String>,
    method: String,
    method_name: Option<String>,
    delivery_address: Option<Value>,
    wanted_at: Option<DateTime<Utc>>,
    promised_at: DateTime<Utc>,
    business_day: NaiveDate,
    time_zone: String,
    cutoff_minutes: i16,
    revision: i32,
    menu_version_id: Uuid,
    menu_number: i64,
    quote_hash: String,
    currency: String,
    list_total: i64,
    fees: Value,
    total: i64,
    contact_name: String,
    contact_phone: String,
    remark: String,
    utensils: bool,
    payment_method: String,
    invoice: Option<Value>,
    test: bool,
    created_at: DateTime<Utc>,
    state: String,
    version: i64,
    placed_at: Option<DateTime<Utc>>,
    accepted_at: Option<DateTime<Utc>>,
    ready_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    payment_state: String,
    paid: i64,
    cancel_reason: Option<String>,
    cancel_text: String,
    undo_by: Option<Uuid>,
    undo_until: Option<DateTime<Utc>>,
    rescheduled_from: Option<DateTime<Utc>>,
    reschedule_reason: String,
    benefits: Option<Value>,
    priced_with: Option<Value>,
}

impl Row {
    /// The order, or the inconsistent column.
    fn parse(
        self,
        currency: Currency,
        lines: Vec<OrderLine>,
        online: Option<OnlinePayment>,
    ) -> Result<Order, &'static str> {
        let cancel_reason = match &self.cancel_reason {
            Some(name) => Some(CancelReason::from_word(name).ok_or("cancel_reason")?),
            None => None,
        };
        let undo = self.undo_by.zip(self.undo_until);
        let terms = OrderTerms {
            channel: Channel::from_word(&self.channel).ok_or("channel")?,
            kind: OrderKind::from_word(&self.kind).ok_or("kind")?,
            member: self.member_id.map(MemberId::from_uuid),
            table: self.table_name,
            method_name: self.method_name,
            address: json::to_optional(self.delivery_address).ok_or("delivery_address")?,
            payment_method: PaymentMethod::from_word(&self.payment_method)
                .ok_or("payment_method")?,
            invoice: json::to_optional(self.invoice).ok_or("invoice")?,
            test: self.test,
        };
        Ok(Order {
            id: OrderId::from_uuid(self.order_id),
            brand: BrandId::from_uuid(self.brand_id),
            branch: BranchId::from_uuid(self.branch_id),
            order_number: OrderNumber::stored(self.order_number),
            pickup_number: self.pickup_number.map(PickupNumber),
            terms,
            method: Method::from_word(&self.method).ok_or("method")?,
            wanted_at: self.wanted_at,
            promised_at: self.promised_at,
            business_day: BusinessDay::on(self.business_day),
            day_rule: DayRule {
                tz: self.time_zone.parse().map_err(|_| "time_zone")?,
                cutoff_minutes: u16::try_from(self.cutoff_minutes).map_err(|_| "cutoff_minutes")?,
            },
            revision: self.revision,
            menu_version: MenuVersionId::from_uuid(self.menu_version_id),
            menu_number: self.menu_number,
            quote_hash: self.quote_hash,
            lines,
            list_total: Money::new(self.list_total, currency),
            fees: json::to_fees(self.fees, currency).ok_or("fees")?,
            total: Money::new(self.total, currency),
            contact: Contact {
                name: self.contact_name,
                phone: self.contact_phone,
            },
            remark: self.remark,
            utensils: self.utensils,
            created_at: self.created_at,
            rescheduled: self.rescheduled_from.map(|from| SlotChange {
                from,
                reason: self.reschedule_reason,
            }),
            benefits: json::to_optional(self.benefits).ok_or("benefits")?,
            priced_with: json::to_optional(self.priced_with).ok_or("priced_with")?,
            online,
            progress: Progress {
                state: OrderState::from_word(&self.state).ok_or("state")?,
                version: self.version,
                placed_at: self.placed_at,
                accepted_at: self.accepted_at,
                ready_at: self.ready_at,
                completed_at: self.completed_at,
                payment_state: PaymentState::from_word(&self.payment_state)
                    .ok_or("payment_state")?,
                paid: self.paid,
                cancel_reason,
                cancel_text: self.cancel_text,
                undo: undo.map(|(by, until)| Undo {
                    account: AccountId::from_uuid(by),
                    until,
                }),
            },
        })
    }
}
