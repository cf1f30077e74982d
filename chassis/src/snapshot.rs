//! What a service owns, listed for consumers that start empty.
//!
//! A snapshot is the present state of all aggregates of a subject, each as the event that would
//! announce it, so that a consumer applies both alike. It is served to services only, across
//! organisations as the bus carries them, by pages that continue after a key.

mod server;

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::{
    db::{SystemTx, TenantTx},
    error::Problem,
    id::OrganisationId,
    outbox::Event,
};

pub(crate) use server::SnapshotServer;

/// Key of an aggregate; keys are ordered by organisation, then by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Organisation it belongs to.
    pub org: OrganisationId,
    /// The aggregate.
    pub id: Uuid,
}

impl Key {
    /// Before every other.
    pub const FIRST: Self = Self {
        org: OrganisationId::from_uuid(Uuid::nil()),
        id: Uuid::nil(),
    };
}

/// Where the aggregates of one subject are read.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// At most `limit` keys after `after`, in their order. Fewer means that there are no more.
    async fn keys(&self, tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, Problem>;

    /// The event of each of `ids` that announces its present state; what is gone by now is left out.
    async fn events(&self, tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Event>, Problem>;
}

/// A subject that a service lists.
#[derive(Clone)]
pub struct Snapshot {
    subject: &'static str,
    source: Arc<dyn Source>,
}

impl Snapshot {
    /// Lists `subject`, such as `catalog.branch`, out of `source`.
    pub fn new(subject: &'static str, source: impl Source) -> Self {
        Self {
            subject,
            source: Arc::new(source),
        }
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}
