//! PostgreSQL behind transactions that know their tenant.
//!
//! Row-level security is forced on every table, so a statement outside a [`TenantTx`] sees nothing.
//! A query takes the transaction it is given and never opens a second one inside it: that empties
//! the pool and deadlocks.

mod error;
mod migrate;
mod tx;

use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sqlx::{
    AssertSqlSafe, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{audit, id::OrganisationId, outbox::RelayNotify, secret::Secret};

pub use error::{OnConstraint, StoreError, is_unavailable};
pub use migrate::{APP_ROLE, SYSTEM_ROLE, migrate};
pub use tx::{SystemTx, TenantTx};

/// Longest wait for a free connection.
const ACQUIRE_WITHIN: Duration = Duration::from_secs(3);

/// `DB_`: the service's own database.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DbConfig {
    /// Database as the role `yizhimai_app`.
    pub url: Secret,
    /// The same database as a role that owns the tables and may make roles; only `migrate` needs it.
    #[serde(default)]
    pub migrate_url: Option<Secret>,
    /// Most connections of this process.
    #[serde(default = "default_max_connections")]
    pub max_connections: u32,
}

fn default_max_connections() -> u32 {
    10
}

/// The database of a service; clones share the pool.
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
    relay_notify: RelayNotify,
}

impl Db {
    /// Prepares the pool; connections are made when they are needed, so a service starts while the
    /// database is away. Refuses a URL it cannot read.
    pub fn connect(config: &DbConfig) -> Result<Self, sqlx::Error> {
        let options: PgConnectOptions = config.url.reveal().parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(config.max_connections)
            .acquire_timeout(ACQUIRE_WITHIN)
            // A ping per transaction is a round trip too many; `begin` replaces dead connections.
            .test_before_acquire(false)
            .connect_lazy_with(options.statement_cache_capacity(256));
        Ok(Self {
            pool,
            relay_notify: RelayNotify::default(),
        })
    }

    /// Begins a transaction that sees and touches the rows of `org` only; one round trip.
    pub async fn tenant(&self, org: OrganisationId) -> Result<TenantTx, sqlx::Error> {
        let tx = self
            .begin(format!("BEGIN; SET LOCAL app.org_id = '{org}'"))
            .await?;
        audit::note_organisation(org);
        Ok(TenantTx::new(tx, org, self.relay_notify.clone()))
    }

    /// Begins a transaction across organisations, for timers and relays, on the tables whose
    /// policies let the system role in. `purpose` shows in `pg_stat_activity`.
    pub async fn system(&self, purpose: &'static str) -> Result<SystemTx, sqlx::Error> {
        let tx = self
            .begin(format!(
                "BEGIN; SET LOCAL ROLE {SYSTEM_ROLE} /* {purpose} */"
            ))
            .await?;
        Ok(SystemTx::new(tx))
    }

    /// Runs `batch` in one system transaction after another until it finds fewer rows than `limit`, the
    /// most it takes at a time; returns how many it found in all.
    pub async fn in_batches<E: From<sqlx::Error>>(
        &self,
        purpose: &'static str,
        limit: i64,
        mut batch: impl for<'t> FnMut(&'t mut SystemTx) -> BoxFuture<'t, Result<u64, E>>,
    ) -> Result<u64, E> {
        let mut total = 0;
        loop {
            let mut tx = self.system(purpose).await?;
            let found = batch(&mut tx).await?;
            tx.commit().await?;
            total += found;
            if found < limit.unsigned_abs() {
                return Ok(total);
            }
        }
    }

    /// Succeeds when the database answers.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        self.begin("BEGIN".to_owned()).await?.rollback().await
    }

    /// Connections open now, and how many of them are idle.
    #[must_use]
    pub fn usage(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Notified when a transaction that published events has been committed.
    #[must_use]
    pub fn relay_notify(&self) -> RelayNotify {
        self.relay_notify.clone()
    }

    /// Waits for the transactions under way and closes the connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A server restart leaves dead connections in the pool; each one costs a try.
    async fn begin(&self, sql: String) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let mut tries = self.pool.options().get_max_connections();
        loop {
            match self.pool.begin_with(AssertSqlSafe(sql.clone())).await {
                Err(error) if tries > 0 && is_stale(&error) => tries -= 1,
                outcome => return outcome,
            }
        }
    }
}

/// Whether `error` means a connection that died, rather than a failed statement.
fn is_stale(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(io) => io.kind() != std::io::ErrorKind::ConnectionRefused,
        sqlx::Error::Database(database) => database.code().is_some_and(|code| code == "57P01"),
        _ => false,
    }
}
