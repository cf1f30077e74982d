//! What a service says has happened.

use bytes::Bytes;
use uuid::Uuid;

use crate::{clock::Clock, db::TenantTx, error::Problem, id::EventId, trace_context};

/// Something that happened to one aggregate.
#[derive(Clone, Debug)]
pub struct Event {
    pub(crate) type_: &'static str,
    pub(crate) aggregate: Uuid,
    pub(crate) version: i64,
    pub(crate) body: Bytes,
}

impl Event {
    /// An event such as `ordering.order.placed.v1`, which is its routing key as well, of the
    /// aggregate at `version`.
    #[must_use]
    pub fn new(
        type_: &'static str,
        aggregate: Uuid,
        version: i64,
        body: &impl prost::Message,
    ) -> Self {
        Self {
            type_,
            aggregate,
            version,
            body: body.encode_to_vec().into(),
        }
    }
}

/// Publishes `events` when `tx` commits, in their order; one statement for all.
pub async fn publish(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    events: &[Event],
) -> Result<(), Problem> {
    if !events.is_empty() {
        insert(tx, clock, events, false).await?;
    }
    Ok(())
}

/// Publishes `event` when `tx` commits, if it has changed anything; answers whether it has.
pub(crate) async fn publish_if_changed(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    event: &Event,
) -> Result<bool, sqlx::Error> {
    let inserted = insert(tx, clock, std::slice::from_ref(event), true).await?;
    Ok(inserted > 0)
}

async fn insert(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    events: &[Event],
    only_if_changed: bool,
) -> Result<u64, sqlx::Error> {
    let ids: Vec<Uuid> = events
        .iter()
        .map(|_| EventId::new(clock).as_uuid())
        .collect();
    let types: Vec<&str> = events.iter().map(|event| event.type_).collect();
    let aggregates: Vec<Uuid> = events.iter().map(|event| event.aggregate).collect();
    let versions: Vec<i64> = events.iter().map(|event| event.version).collect();
    let bodies: Vec<&[u8]> = events.iter().map(|event| &event.body[..]).collect();

    // A transaction has an id once it has changed something.
    let done = sqlx::query(
        "INSERT INTO outbox
             (org_id, event_id, type, aggregate_id, version, occurred_at, traceparent, body)
         SELECT $1, event_id, type, aggregate_id, version, $2, $3, body
         FROM unnest($4::uuid[], $5::text[], $6::uuid[], $7::bigint[], $8::bytea[])
             WITH ORDINALITY AS event (event_id, type, aggregate_id, version, body, position)
         WHERE NOT $9 OR pg_current_xact_id_if_assigned() IS NOT NULL
         ORDER BY position",
    )
    .bind(tx.org())
    .bind(clock.now())
    .bind(trace_context::traceparent())
    .bind(&ids)
    .bind(&types)
    .bind(&aggregates)
    .bind(&versions)
    .bind(&bodies)
    .bind(only_if_changed)
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() > 0 {
        tx.mark_published();
    }
    Ok(done.rows_affected())
}
