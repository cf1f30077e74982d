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
    if events.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = events
        .iter()
        .map(|_| EventId::new(clock).as_uuid())
        .collect();
    let types: Vec<&str> = events.iter().map(|event| event.type_).collect();
    let aggregates: Vec<Uuid> = events.iter().map(|event| event.aggregate).collect();
    let versions: Vec<i64> = events.iter().map(|event| event.version).collect();
    let bodies: Vec<&[u8]> = events.iter().map(|event| &event.body[..]).collect();

    sqlx::query(
        "INSERT INTO outbox
             (org_id, event_id, type, aggregate_id, version, occurred_at, traceparent, body)
         SELECT $1, event_id, type, aggregate_id, version, $2, $3, body
         FROM unnest($4::uuid[], $5::text[], $6::uuid[], $7::bigint[], $8::bytea[])
             WITH ORDINALITY AS event (event_id, type, aggregate_id, version, body, position)
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
    .execute(&mut **tx)
    .await?;
    tx.mark_published();
    Ok(())
}
