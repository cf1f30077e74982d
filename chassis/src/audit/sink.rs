//! Where records go that no transaction of their call has taken.

use async_trait::async_trait;

use super::Record;
use crate::{clock::SharedClock, db::Db, error::Problem, outbox};

/// Keeps the records of calls that changed nothing in the database, or were refused.
#[async_trait]
pub trait AuditSink: Send + Sync {
    /// Keeps one record. It runs after the response is made, so it cannot refuse the call.
    async fn keep(&self, record: Record);
}

/// The outbox of the service, in a transaction of the record's own.
pub(crate) struct OutboxSink {
    pub(crate) db: Db,
    pub(crate) clock: SharedClock,
}

#[async_trait]
impl AuditSink for OutboxSink {
    async fn keep(&self, record: Record) {
        if let Err(problem) = self.publish(&record).await {
            // The record is in the log all the same.
            tracing::error!(
                audit.record = record.body.record_id,
                error = ?problem,
                "an audit record was not published"
            );
        }
    }
}

impl OutboxSink {
    async fn publish(&self, record: &Record) -> Result<(), Problem> {
        let Some(org) = record.org else {
            return Ok(());
        };
        let mut tx = self.db.tenant(org).await?;
        outbox::publish(&mut tx, &*self.clock, &[record.event()]).await?;
        Ok(tx.commit().await?)
    }
}
