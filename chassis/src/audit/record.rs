//! One record, on its way to staff and to the log.

use proto::common::v1::AuditRecord;

use crate::{id::OrganisationId, outbox::Event};

/// What happened in one audited call.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Organisation in which it happened; only a call that found none has none.
    pub org: Option<OrganisationId>,
    /// The record as it is stored.
    pub body: AuditRecord,
}

impl Record {
    /// The event that carries it.
    pub(super) fn event(&self) -> Event {
        let id = self.body.record_id.parse().unwrap_or_default();
        Event::new(super::EVENT, id, 1, &self.body)
    }

    pub(super) fn log(&self) {
        let body = &self.body;
        tracing::info!(
            target: "audit",
            {
                audit.action = body.action,
                actor.kind = body.actor_kind,
                actor.id = body.actor_id,
                organisation.id = self.org.map(|org| org.to_string()),
                object.kind = body.object_type,
                object.id = body.object_id,
                outcome = body.outcome,
                request = body.request_json,
                trace.id = body.trace_id,
            },
            "audited call"
        );
    }
}
