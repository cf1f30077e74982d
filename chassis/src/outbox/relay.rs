//! Carries what has been published to the bus, at least once and in the order of publishing.

use std::time::Duration;

use anyhow::Context as _;
use sqlx::AssertSqlSafe;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{
    RelayNotify,
    publisher::Publisher,
    row::{COLUMNS, Row},
    unrouted,
};
use crate::{amqp::Amqp, backoff::Backoff, bus_metrics, db::Db};

const BATCH: usize = 500;
/// Even without a ring: what a process left behind when it died is found within this time.
const SWEEP: Duration = Duration::from_secs(1);
/// After a ring, so that one batch carries what a busy moment publishes.
const GATHER: Duration = Duration::from_millis(10);
/// Waits between looks whether a queue takes by now what none took before.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// The loop of one process; several processes share the work by locking rows.
#[derive(Debug)]
pub struct Relay {
    db: Db,
    amqp: Amqp,
    relay_notify: RelayNotify,
    source: &'static str,
}

impl Relay {
    /// A relay from the outbox of `db` to `amqp`; `source` is the service's name.
    #[must_use]
    pub fn new(db: &Db, amqp: &Amqp, source: &'static str) -> Self {
        Self {
            db: db.clone(),
            amqp: amqp.clone(),
            relay_notify: db.relay_notify(),
            source,
        }
    }

    /// Works until `stop`, then carries what is left. Outlives both servers going away.
    pub async fn run(self, stop: CancellationToken) {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        loop {
            match self.work(&stop, &mut backoff).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(error = format!("{error:#}"), "the relay starts over"),
            }
            tokio::select! {
                () = backoff.wait() => {}
                () = stop.cancelled() => return,
            }
        }
    }

    async fn work(&self, stop: &CancellationToken, backoff: &mut Backoff) -> anyhow::Result<()> {
        let publisher = Publisher {
            channel: self.amqp.channel().await?,
            exchange: self.amqp.exchange(),
            source: self.source,
        };
        let mut wait = FIRST_RETRY;
        let mut retry_at = Instant::now();
        loop {
            while self.carry_batch(&publisher).await? == BATCH {}
            backoff.reset();
            if stop.is_cancelled() {
                return Ok(());
            }
            if Instant::now() >= retry_at {
                unrouted::retry(&self.db, &publisher)
                    .await
                    .context("publish again what no queue took")?;
                unrouted::purge(&self.db).await?;
                retry_at = Instant::now() + wait;
                wait = (wait * 2).min(LONGEST_RETRY);
            }
            tokio::select! {
                () = self.relay_notify.notified() => sleep(GATHER).await,
                () = sleep(SWEEP) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Takes rows, publishes them and waits for every confirm before it commits their deletion: on
    /// any doubt they stay, and are published again. Consumers tell repeats by the event's id. What
    /// no queue took is put aside, so that it holds up nothing.
    async fn carry_batch(&self, publisher: &Publisher) -> anyhow::Result<usize> {
        let mut tx = self
            .db
            .system("relay outbox")
            .await
            .context("read the outbox")?;
        let sql = format!(
            "DELETE FROM outbox
             WHERE seq = ANY(ARRAY(
                 SELECT seq FROM outbox ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED
             ))
             RETURNING {COLUMNS}"
        );
        let mut rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(i64::try_from(BATCH).expect("a batch is small"))
            .fetch_all(&mut *tx)
            .await
            .context("take from the outbox")?;
        rows.sort_unstable_by_key(|row| row.seq);

        if rows.is_empty() {
            tx.rollback().await?;
            return Ok(0);
        }
        let unrouted = publisher.publish(&rows).await?;
        unrouted::keep(&mut tx, &rows, &unrouted)
            .await
            .context("keep what no queue took")?;
        tx.commit().await.context("forget what was published")?;
        let taken = rows
            .iter()
            .filter(|row| !unrouted.contains(&row.envelope.id));
        bus_metrics::relayed(taken.map(|row| row.envelope.at));
        Ok(rows.len())
    }
}
