//! A published event as the tables of the outbox keep it.

use sqlx::{FromRow, Row as _, postgres::PgRow};

use super::Envelope;

/// Columns that a statement must return for a [`Row`].
pub(super) const COLUMNS: &str = "org_id, event_id, seq, type, aggregate_id, version, occurred_at, \
                                  traceparent, body";

/// A row of `outbox` or `unrouted_events`.
pub(super) struct Row {
    pub(super) seq: i64,
    pub(super) envelope: Envelope,
    pub(super) body: Vec<u8>,
}

impl<'r> FromRow<'r, PgRow> for Row {
    fn from_row(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seq: row.try_get("seq")?,
            envelope: Envelope {
                id: row.try_get("event_id")?,
                org: row.try_get("org_id")?,
                type_: row.try_get("type")?,
                aggregate: row.try_get("aggregate_id")?,
                version: row.try_get("version")?,
                at: row.try_get("occurred_at")?,
                traceparent: row.try_get("traceparent")?,
            },
            body: row.try_get("body")?,
        })
    }
}
