//! Takes what has arrived in a queue, a batch at a time.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt as _, StreamExt as _};
use lapin::{
    Channel,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions},
    types::FieldTable,
};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{Handler, Received, batch, batch::Failure, queues::Queues};
use crate::{
    amqp::Amqp,
    backoff::Backoff,
    bus_metrics::{self, Outcome},
    db::Db,
    id::OrganisationId,
};

const MAX_BATCH: usize = 256;
const PREFETCH: u16 = 512;
/// The first event of a batch waits no longer than this for others.
const GATHER: Duration = Duration::from_millis(10);
const DELAYS: [Duration; 4] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(120),
    Duration::from_secs(600),
];
/// What is away is waited for this often before the event is put aside like a refused one, so that
/// an event whose handling always times out cannot hold up the queue for ever.
const PATIENCE: u32 = 20;

/// A named reader of events and what it does with them.
#[derive(Clone)]
pub struct Consumer {
    name: &'static str,
    keys: Vec<String>,
    handler: Arc<dyn Handler>,
    delays: Vec<Duration>,
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Consumer {
    /// A consumer on the queue `name`, such as `capacity.orders`, bound to routing keys such as
    /// `ordering.order.*.v1`.
    pub fn new(name: &'static str, keys: &[&str], handler: impl Handler) -> Self {
        Self {
            name,
            keys: keys.iter().map(|&key| key.to_owned()).collect(),
            handler: Arc::new(handler),
            delays: DELAYS.to_vec(),
        }
    }

    /// Tries again after each of `delays`; after the last the event is a dead letter.
    #[must_use]
    pub fn with_retries(mut self, delays: &[Duration]) -> Self {
        self.delays = delays.to_vec();
        self
    }

    /// The queue's name without the platform's prefix.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Works until `stop`; the batch under way is finished. Outlives both servers going away.
    pub async fn run(self, db: Db, amqp: Amqp, stop: CancellationToken) {
        let queues = Queues::new(&amqp, self.name, &self.delays);
        let worker = Worker {
            consumer: self,
            db,
            amqp,
            queues,
            stop,
        };
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        while let Err(error) = worker.work(&mut backoff).await {
            let queue = worker.consumer.name;
            tracing::warn!(
                queue,
                error = format!("{error:#}"),
                "the consumer starts over"
            );
            tokio::select! {
                () = backoff.wait() => {}
                () = worker.stop.cancelled() => return,
            }
        }
    }
}

struct Worker {
    consumer: Consumer,
    db: Db,
    amqp: Amqp,
    queues: Queues,
    stop: CancellationToken,
}

/// Every message of a batch was either applied or put aside, or the worker is to stop.
#[derive(PartialEq)]
enum Done {
    All,
    Stopped,
}

impl Worker {
    async fn work(&self, backoff: &mut Backoff) -> anyhow::Result<()> {
        let channel = self.amqp.channel().await?;
        self.queues
            .declare(&self.amqp, &channel, &self.consumer.keys)
            .await?;
        channel
            .basic_qos(PREFETCH, BasicQosOptions::default())
            .await?;
        let mut deliveries = channel
            .basic_consume(
                self.queues.main.as_str().into(),
                "".into(),
                BasicConsumeOptions::default(),
                FieldTable::default(),
            )
            .await?;
        backoff.reset();

        loop {
            let first = tokio::select! {
                first = deliveries.next() => first,
                () = self.stop.cancelled() => break,
            };
            let Some(first) = first else {
                anyhow::bail!("RabbitMQ ended the consumer");
            };
            let batch = gather(first?, &mut deliveries).await?;
            let last = batch.last().map_or(0, |delivery| delivery.delivery_tag);
            if self.settle(&channel, batch).await? == Done::Stopped {
                break;
            }
            channel
                .basic_ack(last, BasicAckOptions { multiple: true })
                .await?;
        }
        // What was prefetched goes back to the queue with the channel.
        channel.close(200, "OK".into()).await?;
        Ok(())
    }

    async fn settle(&self, channel: &Channel, batch: Vec<Delivery>) -> anyhow::Result<Done> {
        let mut orgs: Vec<(OrganisationId, Vec<Received>, Vec<Delivery>)> = Vec::new();
        for mut delivery in batch {
            let Some(event) = Received::from_delivery(&mut delivery) else {
                tracing::error!(
                    queue = self.consumer.name,
                    "a message is not an event: buried"
                );
                let reason = "not an event";
                self.queues
                    .bury(channel, &delivery.data, &delivery.properties, reason)
                    .await?;
                continue;
            };
            match orgs.iter_mut().find(|(org, ..)| *org == event.org) {
                Some((_, events, deliveries)) => {
                    events.push(event);
                    deliveries.push(delivery);
                }
                None => orgs.push((event.org, vec![event], vec![delivery])),
            }
        }
        for (org, events, deliveries) in orgs {
            if self.settle_org(channel, org, &events, &deliveries).await? == Done::Stopped {
                return Ok(Done::Stopped);
            }
        }
        Ok(Done::All)
    }

    /// Together first; when that is refused, one by one, so that only the poison fails.
    async fn settle_org(
        &self,
        channel: &Channel,
        org: OrganisationId,
        events: &[Received],
        deliveries: &[Delivery],
    ) -> anyhow::Result<Done> {
        let refused = match self.apply_patiently(org, events).await {
            Ok(done) => return Ok(done),
            Err(refused) => refused,
        };
        let ([event], [delivery]) = (events, deliveries) else {
            for (event, delivery) in events.iter().zip(deliveries) {
                let (event, delivery) =
                    (std::slice::from_ref(event), std::slice::from_ref(delivery));
                let one = Box::pin(self.settle_org(channel, org, event, delivery));
                if one.await? == Done::Stopped {
                    return Ok(Done::Stopped);
                }
            }
            return Ok(Done::All);
        };
        let properties = &delivery.properties;
        let dead = self
            .queues
            .put_aside(channel, &event.body, properties, &refused)
            .await?;
        let (queue, id, kind) = (self.consumer.name, event.id, &event.type_);
        let outcome = if dead {
            Outcome::Dead
        } else {
            Outcome::Retried
        };
        bus_metrics::settled(queue, outcome, std::iter::once(event.at));
        if dead {
            tracing::error!(queue, event.id = %id, event.type = kind, error = refused, "an event is a dead letter");
        } else {
            tracing::warn!(queue, event.id = %id, event.type = kind, error = refused, "an event is tried again later");
        }
        Ok(Done::All)
    }

    /// Waits for what is away; the messages stay unacknowledged meanwhile, and no attempt is counted.
    async fn apply_patiently(
        &self,
        org: OrganisationId,
        events: &[Received],
    ) -> Result<Done, String> {
        let Consumer { name, handler, .. } = &self.consumer;
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
        let mut waits = 0;
        loop {
            let problem = match batch::apply(&self.db, name, &**handler, org, events).await {
                Ok(()) => {
                    let times = events.iter().map(|event| event.at);
                    bus_metrics::settled(name, Outcome::Applied, times);
                    return Ok(Done::All);
                }
                Err(Failure::Refused(problem)) => return Err(describe(&problem)),
                Err(Failure::Unavailable(problem)) => problem,
            };
            // A database that is away refuses every event alike: then patience has no end.
            if waits >= PATIENCE && self.db.ping().await.is_ok() {
                return Err(describe(&problem));
            }
            waits += 1;
            tracing::warn!(
                queue = name,
                error = describe(&problem),
                "the consumer waits"
            );
            tokio::select! {
                () = backoff.wait() => {}
                () = self.stop.cancelled() => return Ok(Done::Stopped),
            }
        }
    }
}

/// What has arrived by now, and a moment later.
async fn gather(first: Delivery, deliveries: &mut lapin::Consumer) -> lapin::Result<Vec<Delivery>> {
    let mut batch = vec![first];
    let until = Instant::now() + GATHER;
    while batch.len() < MAX_BATCH {
        let next = match deliveries.next().now_or_never() {
            Some(next) => next,
            None => timeout_at(until, deliveries.next())
                .await
                .unwrap_or_default(),
        };
        match next {
            Some(delivery) => batch.push(delivery?),
            None => break,
        }
    }
    Ok(batch)
}

fn describe(problem: &crate::error::Problem) -> String {
    match &problem.cause {
        Some(cause) => format!("{problem}: {cause:#}"),
        None => problem.to_string(),
    }
}
