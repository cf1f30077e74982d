//! The two kinds of transaction. Both roll back when they are dropped.

use std::ops::{Deref, DerefMut};

use sqlx::{PgConnection, Postgres, Transaction};
use tracing::Span;

use crate::{audit, id::OrganisationId, outbox::RelayNotify};

/// A transaction of one organisation: `sqlx::query!(…).execute(&mut **tx)`.
#[derive(Debug)]
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    org: OrganisationId,
    relay_notify: RelayNotify,
    published: bool,
    // Open as long as the transaction, for traces.
    _span: Span,
}

impl TenantTx {
    pub(super) fn new(
        tx: Transaction<'static, Postgres>,
        org: OrganisationId,
        relay_notify: RelayNotify,
    ) -> Self {
        Self {
            tx,
            org,
            relay_notify,
            published: false,
            _span: tracing::info_span!(
                "transaction",
                otel.kind = "client",
                db.system = "postgresql"
            ),
        }
    }

    /// The organisation whose rows it sees.
    #[must_use]
    pub fn org(&self) -> OrganisationId {
        self.org
    }

    /// Makes it true, together with the audit record of the call it is part of, and wakes the relay
    /// when events were published in it.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        let recorded = audit::append(&mut self).await?;
        self.tx.commit().await?;
        if let Some(recorded) = recorded {
            recorded.confirm();
        }
        if self.published {
            self.relay_notify.notify();
        }
        Ok(())
    }

    /// Undoes it at once, instead of when it is dropped.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        self.tx.rollback().await
    }

    pub(crate) fn mark_published(&mut self) {
        self.published = true;
    }
}

impl Deref for TenantTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.tx
    }
}

impl DerefMut for TenantTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}

/// A transaction across organisations, as the system role.
#[derive(Debug)]
pub struct SystemTx {
    tx: Transaction<'static, Postgres>,
}

impl SystemTx {
    pub(super) fn new(tx: Transaction<'static, Postgres>) -> Self {
        Self { tx }
    }

    /// Makes it true.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.tx.commit().await
    }

    /// Undoes it at once, instead of when it is dropped.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        self.tx.rollback().await
    }
}

impl Deref for SystemTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.tx
    }
}

impl DerefMut for SystemTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}
