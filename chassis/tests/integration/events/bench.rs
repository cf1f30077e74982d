//! What the tests of the chassis share: a database with one table, and a consumer that writes to it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chassis::{
    authn::Signer,
    client::Peers,
    config::PeersConfig,
    db::{Db, TenantTx},
    error::Problem,
    id::{EventId, OrganisationId},
    inbox::{Consumer, Handler, Received},
    outbox::{self, Event, Relay},
};
use lapin::{Queue, options::QueueDeclareOptions};
use parking_lot::Mutex;
use testkit::{TestAmqp, TestDb};
use tokio_util::sync::CancellationToken;

pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("tests/integration/migrations");

/// What the handler does with a body.
pub const POISON: &str = "";
/// A body that does not concern it.
pub const OF_OTHERS: &str = "of others";

/// A database, a part of the broker, and loops that end with the test.
pub struct Bench {
    pub db: TestDb,
    pub amqp: TestAmqp,
    pub org: OrganisationId,
    pub stop: CancellationToken,
}

impl Bench {
    pub async fn set_up() -> Self {
        Self {
            db: TestDb::new(&MIGRATOR).await,
            amqp: TestAmqp::new(),
            org: testkit::organisation(),
            stop: CancellationToken::new(),
        }
    }

    pub fn db(&self) -> Db {
        self.db.db()
    }

    /// Publishes a note a body, in one transaction.
    pub async fn publish(&self, org: OrganisationId, bodies: &[&str]) {
        self.publish_in(&self.db, org, bodies).await;
    }

    /// As [`Bench::publish`], in another database.
    pub async fn publish_in(&self, db: &TestDb, org: OrganisationId, bodies: &[&str]) {
        let events: Vec<Event> = bodies
            .iter()
            .map(|body| {
                let aggregate = EventId::new(&testkit::clock()).as_uuid();
                Event::new("test.note.written.v1", aggregate, 1, &(*body).to_owned())
            })
            .collect();
        let mut tx = db.db().tenant(org).await.unwrap();
        outbox::publish(&mut tx, &testkit::clock(), &events)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    pub fn start_relay(&self) {
        self.start_relay_of(&self.db);
    }

    pub fn start_relay_of(&self, db: &TestDb) {
        let relay = Relay::new(&db.db(), &self.amqp.amqp(), "test");
        tokio::spawn(relay.run(self.stop.child_token()));
    }

    pub fn start_consumer(&self, writer: &Writer) {
        let consumer = Consumer::new("test.notes", &["test.note.*.v1"], writer.clone())
            .with_retries(&[Duration::from_millis(50), Duration::from_millis(100)]);
        let peers = self.peers(PeersConfig::new());
        tokio::spawn(consumer.run(self.db(), self.amqp.amqp(), peers, self.stop.child_token()));
    }

    /// The services of `config` as `ordering` calls them.
    pub fn peers(&self, config: PeersConfig) -> Peers {
        let clock = Arc::new(testkit::clock());
        let keys = testkit::keys::config("ordering");
        let signer = Arc::new(Signer::from_config(&keys, clock.clone()));
        Peers::new(&config, signer, clock, &self.stop).unwrap()
    }

    /// Waits until the consumer listens, so that nothing is published past it.
    pub async fn consumer_is_ready(&self) {
        testkit::eventually(|| async {
            self.queue("test.notes")
                .await
                .is_some_and(|queue| queue.consumer_count() == 1)
        })
        .await;
    }

    /// Messages that wait in a queue; `None` when it is not there.
    pub async fn queue_length(&self, name: &str) -> Option<u32> {
        Some(self.queue(name).await?.message_count())
    }

    async fn queue(&self, name: &str) -> Option<Queue> {
        let amqp = self.amqp.amqp();
        let channel = amqp.channel().await.unwrap();
        let options = QueueDeclareOptions {
            passive: true,
            ..Default::default()
        };
        // When the queue is not there, the refusal has closed the channel already.
        let queue = channel
            .queue_declare(amqp.queue(name).into(), options, Default::default())
            .await
            .ok()?;
        channel.close(200, "OK".into()).await.unwrap();
        Some(queue)
    }

    pub async fn notes(&self, org: OrganisationId) -> Vec<String> {
        let mut tx = self.db().tenant(org).await.unwrap();
        sqlx::query_scalar("SELECT body FROM notes ORDER BY body")
            .fetch_all(&mut *tx)
            .await
            .unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Writes a note an event, unless it is set to refuse or the note is poison.
#[derive(Clone, Default)]
pub struct Writer {
    pub batches: Arc<Mutex<Vec<usize>>>,
    pub accepts_poison: Arc<Mutex<bool>>,
}

#[async_trait]
impl Handler for Writer {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        self.batches.lock().push(events.len());
        for event in events {
            let mut body: String = event.decode()?;
            if body == POISON && *self.accepts_poison.lock() {
                body = "cured".to_owned();
            }
            let org = tx.org();
            sqlx::query("INSERT INTO notes (org_id, note_id, body) VALUES ($1, $2, $3)")
                .bind(org)
                .bind(event.id)
                .bind(body)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    fn concerns(&self, event: &Received) -> bool {
        !event.decode().is_ok_and(|body: String| body == OF_OTHERS)
    }
}
