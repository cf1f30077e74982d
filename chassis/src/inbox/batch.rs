//! Applies events of one organisation: dedupe and effect in one transaction.

use std::{collections::HashSet, panic::AssertUnwindSafe};

use futures::FutureExt as _;
use tracing::{Instrument as _, info_span};
use uuid::Uuid;

use super::{Handler, Received};
use crate::{
    db::{self, Db},
    error::{Code, Problem},
    id::OrganisationId,
    trace_context,
};

/// Why events were not applied.
#[derive(Debug)]
pub(super) enum Failure {
    /// What they need cannot be reached; the same may succeed soon.
    Unavailable(Problem),
    /// They were refused; the same is likely to fail again.
    Refused(Problem),
}

/// Applies what is new of `events`, all of `org`, or nothing.
pub(super) async fn apply(
    db: &Db,
    consumer: &str,
    handler: &dyn Handler,
    org: OrganisationId,
    events: &[Received],
) -> Result<(), Failure> {
    let name = events
        .first()
        .map(|first| format!("consume {}", first.type_));
    let span = info_span!(
        "consume",
        otel.name = name,
        otel.kind = "consumer",
        messaging.destination = consumer,
        messaging.batch_size = events.len(),
        org.id = %org,
    );
    if let Some(first) = events.first() {
        trace_context::follow(&span, &first.traceparent);
    }
    let attempt = AssertUnwindSafe(try_apply(db, consumer, handler, org, events));
    let outcome = attempt.catch_unwind().instrument(span).await;
    outcome
        .unwrap_or_else(|panic| Err(Problem::from_panic(&*panic)))
        .map_err(classify)
}

async fn try_apply(
    db: &Db,
    consumer: &str,
    handler: &dyn Handler,
    org: OrganisationId,
    events: &[Received],
) -> Result<(), Problem> {
    let ids: Vec<Uuid> = events
        .iter()
        .filter(|event| handler.concerns(event))
        .map(|event| event.id.as_uuid())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut tx = db.tenant(org).await?;
    let new: Vec<Uuid> = sqlx::query_scalar(
        "INSERT INTO inbox (org_id, consumer, event_id)
         SELECT $1, $2, event_id
         FROM unnest($3::uuid[]) AS event (event_id)
         ON CONFLICT DO NOTHING
         RETURNING event_id",
    )
    .bind(org)
    .bind(consumer)
    .bind(&ids)
    .fetch_all(&mut *tx)
    .await?;

    if new.is_empty() {
        return Ok(tx.rollback().await?);
    }
    if new.len() == events.len() {
        handler.handle(&mut tx, events).await?;
    } else {
        let mut left: HashSet<Uuid> = new.into_iter().collect();
        let new: Vec<Received> = events
            .iter()
            .filter(|event| left.remove(&event.id.as_uuid()))
            .cloned()
            .collect();
        handler.handle(&mut tx, &new).await?;
    }
    Ok(tx.commit().await?)
}

fn classify(problem: Problem) -> Failure {
    let database_away = problem.cause.as_ref().is_some_and(|cause| {
        cause
            .chain()
            .filter_map(|error| error.downcast_ref::<sqlx::Error>())
            .any(db::is_unavailable)
    });
    if database_away || matches!(problem.code(), Code::Unavailable | Code::Deadline) {
        Failure::Unavailable(problem)
    } else {
        Failure::Refused(problem)
    }
}
