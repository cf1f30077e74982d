//! Takes what has arrived in a queue, a batch at a time.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt as _, StreamExt as _};
use lapin::{
    BasicProperties, Channel,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions},
    types::FieldTable,
};
use tokio::time::{Instant, interval_at, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{
    Handler,
    batch::{self, Failure},
    fill::{self, Fill, NoPage, Owner},
    queues::Queues,
    received::{Message, Received},
};
use crate::{
    amqp::Amqp,
    backoff::Backoff,
    bus_metrics::{self, Outcome},
    client::Peers,
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
/// How often a consumer at work looks whether a fill has become due.
const FILL_CHECK: Duration = Duration::from_secs(30);

/// A named reader of events and what it does with them.
#[derive(Clone)]
pub struct Consumer {
    name: &'static str,
    keys: Vec<String>,
    handler: Arc<dyn Handler>,
    delays: Vec<Duration>,
    owner: Option<Owner>,
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
            owner: None,
        }
    }

    /// Fills itself from the snapshot of `subject`, such as `catalog.branch`, that the service `peer`
    /// lists: when its queue or its database is new, before it follows the events.
    #[must_use]
    pub fn filled_from(mut self, peer: &'static str, subject: &'static str) -> Self {
        self.owner = Some(Owner { peer, subject });
        self
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
    pub async fn run(self, db: Db, amqp: Amqp, peers: Peers, stop: CancellationToken) {
        let queues = Queues::new(&amqp, self.name, &self.delays);
        let fill = self.owner.map(|owner| Fill {
            db: db.clone(),
            peers,
            consumer: self.name,
            owner,
        });
        let worker = Worker {
            consumer: self,
            db,
            amqp,
            queues,
            fill,
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
    fill: Option<Fill>,
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
        if let Some(fill) = &self.fill {
            // Stored before the queue is made: a process that dies in between leaves the fill due.
            let queue_is_new = !self.amqp.has_queue(&self.queues.main).await?;
            fill.prepare(queue_is_new).await?;
        } else {
            fill::note_unfilled(&self.db, self.consumer.name).await?;
        }
        self.queues
            .declare(&self.amqp, &channel, &self.consumer.keys)
            .await?;
        if self.fill(&channel).await? == Done::Stopped {
            return Ok(());
        }
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

        let mut check_fill = interval_at(Instant::now() + FILL_CHECK, FILL_CHECK);
        loop {
            let first = tokio::select! {
                first = deliveries.next() => first,
                _ = check_fill.tick(), if self.fill.is_some() => {
                    if self.check_fill(&channel).await? == Done::Stopped {
                        break;
                    }
                    continue;
                }
                () = self.stop.cancelled() => break,
            };
            let Some(first) = first else {
                anyhow::bail!("RabbitMQ ended the consumer");
            };
            let batch = gather(first?, &mut deliveries).await?;
            let last = batch.last().map_or(0, |delivery| delivery.delivery_tag);
            let messages = self.read(&channel, batch).await?;
            if self.settle(&channel, messages).await? == Done::Stopped {
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

    /// Fills the consumer where that is due; waits for an owner that is away, and goes on without one
    /// that does not list anything (yet).
    async fn fill(&self, channel: &Channel) -> anyhow::Result<Done> {
        let Some(fill) = &self.fill else {
            return Ok(Done::All);
        };
        let queue = self.consumer.name;
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        while let Some(position) = fill.position().await? {
            let asked = self.stop.run_until_cancelled(fill.page(&position)).await;
            match asked {
                None => return Ok(Done::Stopped),
                Some(Ok(mut page)) => {
                    let messages = std::mem::take(&mut page.messages);
                    tracing::info!(queue, items = messages.len(), "a page of the fill is here");
                    if self.settle(channel, messages).await? == Done::Stopped {
                        return Ok(Done::Stopped);
                    }
                    fill.advance(&position, &page).await?;
                    backoff.reset();
                }
                Some(Err(NoPage::NotListed(error))) => {
                    tracing::warn!(
                        queue,
                        error,
                        "the owner lists no snapshot; the fill stays due"
                    );
                    return Ok(Done::All);
                }
                Some(Err(NoPage::Failed(error))) => {
                    tracing::warn!(queue, error, "the fill waits for its owner");
                    tokio::select! {
                        () = backoff.wait() => {}
                        () = self.stop.cancelled() => return Ok(Done::Stopped),
                    }
                }
            }
        }
        Ok(Done::All)
    }

    async fn check_fill(&self, channel: &Channel) -> anyhow::Result<Done> {
        if let Some(fill) = &self.fill {
            fill.prepare(false).await?;
        }
        self.fill(channel).await
    }

    /// Reads what was delivered; what is no event is buried.
    async fn read(&self, channel: &Channel, batch: Vec<Delivery>) -> anyhow::Result<Vec<Message>> {
        let mut messages = Vec::with_capacity(batch.len());
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
            messages.push(Message {
                event,
                properties: delivery.properties,
            });
        }
        Ok(messages)
    }

    async fn settle(&self, channel: &Channel, batch: Vec<Message>) -> anyhow::Result<Done> {
        let mut orgs: Vec<(OrganisationId, Vec<Received>, Vec<BasicProperties>)> = Vec::new();
        for Message { event, properties } in batch {
            match orgs.iter_mut().find(|(org, ..)| *org == event.org) {
                Some((_, events, travelled)) => {
                    events.push(event);
                    travelled.push(properties);
                }
                None => orgs.push((event.org, vec![event], vec![properties])),
            }
        }
        for (org, events, properties) in orgs {
            if self.settle_org(channel, org, &events, &properties).await? == Done::Stopped {
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
        properties: &[BasicProperties],
    ) -> anyhow::Result<Done> {
        let refused = match self.apply_patiently(org, events).await {
            Ok(done) => return Ok(done),
            Err(refused) => refused,
        };
        let ([event], [properties]) = (events, properties) else {
            for (event, properties) in events.iter().zip(properties) {
                let (event, properties) = (
                    std::slice::from_ref(event),
                    std::slice::from_ref(properties),
                );
                let one = Box::pin(self.settle_org(channel, org, event, properties));
                if one.await? == Done::Stopped {
                    return Ok(Done::Stopped);
                }
            }
            return Ok(Done::All);
        };
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
