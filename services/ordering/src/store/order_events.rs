//! Entries of orders' histories, append-only.

use std::collections::HashMap;

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{AccountId, OrderId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Inconsistent;
use crate::domain::{
    order_history::{CancelReason, EventActor, EventKind, OrderEvent},
    order_state::OrderState,
};

/// Key and body hash of the request that made an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestMark {
    /// Idempotency key.
    pub key: String,
    /// Hash of the body.
    pub hash: Vec<u8>,
}

/// Inserts entries of any orders in one statement; `mark` stays with the first of them.
pub async fn insert(
    tx: &mut TenantTx,
    entries: &[(OrderId, &OrderEvent)],
    mark: Option<&RequestMark>,
) -> Result<(), sqlx::Error> {
    let order_ids: Vec<Uuid> = entries.iter().map(|(order, _)| order.as_uuid()).collect();
    let events = || entries.iter().map(|(_, event)| *event);
    let versions: Vec<i64> = events().map(|event| event.version).collect();
    let kinds: Vec<String> = events()
        .map(|event| kind_name(event.kind).to_owned())
        .collect();
    let base_versions: Vec<i64> = events().map(|event| event.base_version).collect();
    let froms: Vec<Option<String>> = events()
        .map(|event| event.from.map(|from| from.as_str().to_owned()))
        .collect();
    let tos: Vec<String> = events().map(|event| event.to.as_str().to_owned()).collect();
    let actors: Vec<ActorColumns> = events().map(|event| actor_columns(&event.actor)).collect();
    let actor_kinds: Vec<String> = actors.iter().map(|actor| actor.kind.to_owned()).collect();
    let actor_ids: Vec<Option<Uuid>> = actors.iter().map(|actor| actor.id).collect();
    let devices: Vec<Option<String>> = actors.iter().map(|actor| actor.device.clone()).collect();
    let actor_names: Vec<String> = actors.into_iter().map(|actor| actor.name).collect();
    let ats: Vec<DateTime<Utc>> = events().map(|event| event.at).collect();
    let reasons: Vec<String> = events().map(|event| event.reason.clone()).collect();
    let cancel_reasons: Vec<Option<String>> = events()
        .map(|event| event.cancel_reason.map(|reason| reason.as_str().to_owned()))
        .collect();
    let received: Vec<i64> = events().map(|event| event.received).collect();
    let promised_before: Vec<Option<DateTime<Utc>>> = events()
        .map(|event| promised(event).map(|(before, _)| before))
        .collect();
    let promised_after: Vec<Option<DateTime<Utc>>> = events()
        .map(|event| promised(event).map(|(_, after)| after))
        .collect();
    let mut keys: Vec<Option<String>> = vec![None; entries.len()];
    let mut hashes: Vec<Option<Vec<u8>>> = vec![None; entries.len()];
    if let (Some(mark), Some(key), Some(hash)) = (mark, keys.first_mut(), hashes.first_mut()) {
        *key = Some(mark.key.clone());
        *hash = Some(mark.hash.clone());
    }
    sqlx::query!(
        "INSERT INTO order_events (
             org_id, order_id, version, kind, base_version, from_state, to_state,
             actor_kind, actor_id, actor_name, at, reason, cancel_reason, received,
             idempotency_key, request_hash, promised_before, promised_after, device_id
         )
         SELECT $1, *
         FROM UNNEST(
             $2::uuid[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[],
             $8::text[], $9::uuid[], $10::text[], $11::timestamptz[], $12::text[], $13::text[],
             $14::bigint[], $15::text[], $16::bytea[], $17::timestamptz[], $18::timestamptz[],
             $19::text[]
         )",
        tx.org().as_uuid(),
        &order_ids,
        &versions,
        &kinds,
        &base_versions,
        &froms as &[Option<String>],
        &tos,
        &actor_kinds,
        &actor_ids as &[Option<Uuid>],
        &actor_names,
        &ats,
        &reasons,
        &cancel_reasons as &[Option<String>],
        &received,
        &keys as &[Option<String>],
        &hashes as &[Option<Vec<u8>>],
        &promised_before as &[Option<DateTime<Utc>>],
        &promised_after as &[Option<DateTime<Utc>>],
        &devices as &[Option<String>],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// All entries of an order, oldest first.
pub async fn list(tx: &mut TenantTx, order: OrderId) -> Result<Vec<OrderEvent>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT
             order_id, version, kind, base_version, from_state, to_state, actor_kind, actor_id, actor_name,
             device_id, at, reason, cancel_reason, received, promised_before, promised_after
         FROM order_events
         WHERE org_id = $1 AND order_id = $2
         ORDER BY version",
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(|row| row.read()).collect()
}

/// The entry that made a version of an order.
pub async fn find(
    tx: &mut TenantTx,
    order: OrderId,
    version: i64,
) -> Result<Option<OrderEvent>, Problem> {
    let row = sqlx::query_as!(
        Row,
        "SELECT
             order_id, version, kind, base_version, from_state, to_state, actor_kind, actor_id, actor_name,
             device_id, at, reason, cancel_reason, received, promised_before, promised_after
         FROM order_events
         WHERE org_id = $1 AND order_id = $2 AND version = $3",
        tx.org().as_uuid(),
        order.as_uuid(),
        version,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| row.read()).transpose()
}

/// The last entry of each of these orders.
pub async fn list_last(
    tx: &mut TenantTx,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, OrderEvent>, Problem> {
    let ids: Vec<Uuid> = orders.iter().map(OrderId::as_uuid).collect();
    let rows = sqlx::query_as!(
        Row,
        "SELECT
             entry.order_id, entry.version, entry.kind, base_version, from_state, to_state, actor_kind,
             actor_id, actor_name, device_id, at, reason, entry.cancel_reason, received,
             promised_before, promised_after
         FROM order_events AS entry
         JOIN orders USING (org_id, order_id, version)
         WHERE entry.org_id = $1 AND entry.order_id = ANY($2)",
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let entries = rows
        .into_iter()
        .map(|row| Ok((OrderId::from_uuid(row.order_id), row.read()?)));
    entries.collect()
}

/// Hash of the body of an earlier request that changed the order with this key.
pub async fn find_request(
    tx: &mut TenantTx,
    order: OrderId,
    key: &str,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "SELECT request_hash
         FROM order_events
         WHERE org_id = $1 AND order_id = $2 AND idempotency_key = $3
         LIMIT 1",
        tx.org().as_uuid(),
        order.as_uuid(),
        key,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.flatten())
}

struct Row {
    order_id: Uuid,
    version: i64,
    kind: String,
    base_version: i64,
    from_state: Option<String>,
    to_state: String,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    device_id: Option<String>,
    at: DateTime<Utc>,
    reason: String,
    cancel_reason: Option<String>,
    received: i64,
    promised_before: Option<DateTime<Utc>>,
    promised_after: Option<DateTime<Utc>>,
}

impl Row {
    fn read(self) -> Result<OrderEvent, Problem> {
        let order = self.order_id;
        let parsed = self.parse();
        Ok(parsed.map_err(|column| Inconsistent::new("order_events", column, order))?)
    }

    /// The entry, or the inconsistent column.
    fn parse(self) -> Result<OrderEvent, &'static str> {
        let actor = match (self.actor_kind.as_str(), self.actor_id) {
            ("staff", Some(id)) => EventActor::Staff {
                account: AccountId::from_uuid(id),
                name: self.actor_name,
            },
            ("customer", None) => EventActor::Customer {
                device: self.device_id,
            },
            ("system", None) => EventActor::System,
            _ => return Err("actor_kind"),
        };
        let from = match self.from_state {
            Some(name) => Some(OrderState::from_word(&name).ok_or("from_state")?),
            None => None,
        };
        let cancel_reason = match self.cancel_reason {
            Some(name) => Some(CancelReason::from_word(&name).ok_or("cancel_reason")?),
            None => None,
        };
        Ok(OrderEvent {
            version: self.version,
            kind: match self.kind.as_str() {
                "state" => EventKind::Transitioned,
                "undone" => EventKind::Undone,
                "rescheduled" => EventKind::Rescheduled {
                    from: self.promised_before.ok_or("promised_before")?,
                    to: self.promised_after.ok_or("promised_after")?,
                },
                _ => return Err("kind"),
            },
            base_version: self.base_version,
            from,
            to: OrderState::from_word(&self.to_state).ok_or("to_state")?,
            actor,
            at: self.at,
            reason: self.reason,
            cancel_reason,
            received: self.received,
        })
    }
}

struct ActorColumns {
    kind: &'static str,
    id: Option<Uuid>,
    name: String,
    device: Option<String>,
}

fn actor_columns(actor: &EventActor) -> ActorColumns {
    match actor {
        EventActor::Staff { account, name } => ActorColumns {
            kind: "staff",
            id: Some(account.as_uuid()),
            name: name.clone(),
            device: None,
        },
        EventActor::Customer { device } => ActorColumns {
            kind: "customer",
            id: None,
            name: String::new(),
            device: device.clone(),
        },
        EventActor::System => ActorColumns {
            kind: "system",
            id: None,
            name: String::new(),
            device: None,
        },
    }
}

const fn kind_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Transitioned => "state",
        EventKind::Undone => "undone",
        EventKind::Rescheduled { .. } => "rescheduled",
    }
}

const fn promised(event: &OrderEvent) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    match event.kind {
        EventKind::Rescheduled { from, to } => Some((from, to)),
        EventKind::Transitioned | EventKind::Undone => None,
    }
}
