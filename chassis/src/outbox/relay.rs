//! Carries what has been published to the bus, at least once and in the order of publishing.

use std::time::Duration;

use anyhow::Context as _;
use futures::{future::maybe_done, poll};
use lapin::{Channel, options::BasicPublishOptions};
use sqlx::{FromRow, Row as _, postgres::PgRow};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::Span;

use super::{Envelope, Wake};
use crate::{amqp::Amqp, backoff::Backoff, bus_metrics, db::Db, trace_context};

const BATCH: usize = 500;
/// Even without a ring: what a process left behind when it died is found within this time.
const SWEEP: Duration = Duration::from_secs(1);
/// After a ring, so that one batch carries what a busy moment publishes.
const GATHER: Duration = Duration::from_millis(10);
const CONFIRM_WITHIN: Duration = Duration::from_secs(30);

/// The loop of one process; several processes share the work by locking rows.
#[derive(Debug)]
pub struct Relay {
    db: Db,
    amqp: Amqp,
    wake: Wake,
    source: &'static str,
}

impl Relay {
    /// A relay from the outbox of `db` to `amqp`; `source` is the service's name.
    #[must_use]
    pub fn new(db: &Db, amqp: &Amqp, source: &'static str) -> Self {
        Self {
            db: db.clone(),
            amqp: amqp.clone(),
            wake: db.wake(),
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
        let channel = self.amqp.channel().await?;
        loop {
            while self.carry_batch(&channel).await? == BATCH {}
            backoff.reset();
            if stop.is_cancelled() {
                return Ok(());
            }
            tokio::select! {
                () = self.wake.rung() => sleep(GATHER).await,
                () = sleep(SWEEP) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Takes rows, publishes them and waits for every confirm before it commits their deletion: on
    /// any doubt they stay, and are published again. Consumers tell repeats by the event's id.
    async fn carry_batch(&self, channel: &Channel) -> anyhow::Result<usize> {
        let mut tx = self
            .db
            .system("relay outbox")
            .await
            .context("read the outbox")?;
        let mut rows: Vec<Row> = sqlx::query_as(
            "DELETE FROM outbox
             WHERE seq = ANY(ARRAY(
                 SELECT seq FROM outbox ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED
             ))
             RETURNING org_id, event_id, seq, type, aggregate_id, version, occurred_at,
                       traceparent, body",
        )
        .bind(i64::try_from(BATCH).expect("a batch is small"))
        .fetch_all(&mut *tx)
        .await
        .context("take from the outbox")?;
        rows.sort_unstable_by_key(|row| row.seq);

        if !rows.is_empty() {
            timeout(CONFIRM_WITHIN, self.publish(channel, &rows))
                .await
                .context("RabbitMQ did not confirm in time")??;
        }
        tx.commit().await.context("forget what was published")?;
        bus_metrics::relayed(rows.iter().map(|row| row.envelope.at));
        Ok(rows.len())
    }

    async fn publish(&self, channel: &Channel, rows: &[Row]) -> anyhow::Result<()> {
        let exchange = self.amqp.exchange();
        // Open until the confirms, for the traces of those that are recorded.
        let _spans: Vec<Span> = rows
            .iter()
            .filter_map(|row| span_of(&row.envelope))
            .collect();
        let mut sends = Vec::with_capacity(rows.len());
        for Row { envelope, body, .. } in rows {
            let mut send = Box::pin(maybe_done(channel.basic_publish(
                exchange.as_str().into(),
                envelope.type_.as_str().into(),
                BasicPublishOptions::default(),
                body,
                envelope.to_properties(self.source),
            )));
            // The first poll queues the message in its order; awaiting would wait for the socket,
            // once an event instead of once a batch.
            let _ = poll!(send.as_mut());
            sends.push(send);
        }
        let mut confirms = Vec::with_capacity(rows.len());
        for mut send in sends {
            send.as_mut().await;
            let sent = send
                .as_mut()
                .take_output()
                .expect("the send was awaited just now");
            confirms.push(sent.context("publish")?);
        }
        for confirm in confirms {
            anyhow::ensure!(confirm.await?.is_ack(), "RabbitMQ refused an event");
        }
        Ok(())
    }
}

/// The span of a recorded trace's event on its way to the bus.
fn span_of(envelope: &Envelope) -> Option<Span> {
    // The last two digits of a traceparent are its flags; 01 is "recorded".
    if !envelope.traceparent.ends_with("01") {
        return None;
    }
    let name = format!("publish {}", envelope.type_);
    let span = tracing::info_span!("publish", otel.name = name, otel.kind = "producer");
    trace_context::follow(&span, &envelope.traceparent);
    Some(span)
}

struct Row {
    seq: i64,
    envelope: Envelope,
    body: Vec<u8>,
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
