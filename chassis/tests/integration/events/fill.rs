//! A consumer that starts empty, or missed something, fills itself from the owner before it follows.

use std::sync::{Arc, atomic::Ordering};

use async_trait::async_trait;
use chassis::{
    config::PeersConfig,
    db::TenantTx,
    error::Problem,
    id::OrganisationId,
    inbox::{self, Consumer, Handler, Received, Signal, subscribe},
};
use futures::StreamExt as _;
use lapin::options::QueueDeleteOptions;
use testkit::{TestDb, TestService, eventually};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::events::{
    bench::{Bench, MIGRATOR},
    owner::{self, Owner, SUBJECT, Switches},
};

const QUEUE: &str = "test.copies";

/// An owner, and a consumer elsewhere that keeps a copy of its letters, on the owner's broker.
struct Copying {
    owner: TestService<Owner>,
    switches: Switches,
    bench: Bench,
    copy: Arc<TestDb>,
    org: OrganisationId,
}

/// A consumer at work.
struct Copier {
    stop: CancellationToken,
    work: tokio::task::JoinHandle<()>,
}

impl Copier {
    async fn end(self) {
        self.stop.cancel();
        self.work.await.unwrap();
    }
}

impl Copying {
    async fn set_up() -> Self {
        let switches = Switches::default();
        Self {
            owner: owner::start(&switches).await,
            switches,
            bench: Bench::set_up().await,
            copy: Arc::new(TestDb::new(&MIGRATOR).await),
            org: testkit::organisation(),
        }
    }

    fn start(&self) -> Copier {
        self.start_with(PeersConfig::new().with("catalog", self.owner.url().parse().unwrap()))
    }

    fn start_with(&self, peers: PeersConfig) -> Copier {
        let consumer =
            Consumer::new(QUEUE, &["test.letter.*.v1"], Copies).filled_from("catalog", SUBJECT);
        let stop = CancellationToken::new();
        let amqp = self.owner.amqp().amqp();
        let peers = self.bench.peers(peers);
        let work = tokio::spawn(consumer.run(self.copy.db(), amqp, peers, stop.clone()));
        Copier { stop, work }
    }

    async fn write(&self, org: OrganisationId, id: u128, version: i64, body: &str) {
        owner::write(&self.owner, org, Uuid::from_u128(id), version, body).await;
    }

    async fn copied(&self, org: OrganisationId) -> Vec<String> {
        let mut tx = self.copy.db().tenant(org).await.unwrap();
        sqlx::query_scalar("SELECT body FROM letters ORDER BY letter_id")
            .fetch_all(&mut *tx)
            .await
            .unwrap()
    }

    async fn delete_queue(&self) {
        let amqp = self.owner.amqp().amqp();
        let channel = amqp.channel().await.unwrap();
        channel
            .queue_delete(amqp.queue(QUEUE).into(), QueueDeleteOptions::default())
            .await
            .unwrap();
    }

    async fn fill_is_finished(&self) -> bool {
        let mut superuser = self.copy.superuser().await;
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM consumers WHERE consumer = $1 AND finished_at IS NOT NULL)",
        )
        .bind(QUEUE)
        .fetch_one(&mut superuser)
        .await
        .unwrap()
    }
}

/// Keeps the newest version of each letter.
struct Copies;

#[async_trait]
impl Handler for Copies {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        for event in events {
            let org = tx.org();
            sqlx::query(
                "INSERT INTO letters AS known (org_id, letter_id, body, version)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (org_id, letter_id) DO UPDATE
                 SET body = excluded.body, version = excluded.version
                 WHERE known.version < excluded.version",
            )
            .bind(org)
            .bind(event.aggregate)
            .bind(event.decode::<String>()?)
            .bind(event.version)
            .execute(&mut **tx)
            .await?;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_missing_after_a_queue_was_deleted_and_things_changed() {
    let copying = Copying::set_up().await;
    let (ours, theirs) = (copying.org, testkit::organisation());
    // A live screen listens all the time, so no event is without any queue.
    let mut screen = subscribe(&copying.owner.amqp().amqp(), &["test.letter.*.v1"]);
    assert!(matches!(screen.next().await, Some(Signal::Gap)));
    copying.write(ours, 1, 1, "before").await;
    copying.write(theirs, 2, 1, "theirs").await;
    testkit::assert_no_unpublished(copying.owner.db()).await;

    let copier = copying.start();
    eventually(|| async { copying.copied(ours).await == ["before"] }).await;
    eventually(|| async { copying.copied(theirs).await == ["theirs"] }).await;
    copying.write(ours, 3, 1, "followed").await;
    eventually(|| async { copying.copied(ours).await == ["before", "followed"] }).await;
    copier.end().await;

    copying.delete_queue().await;
    copying.write(ours, 1, 2, "changed").await;
    copying.write(ours, 4, 1, "added").await;
    testkit::assert_no_unpublished(copying.owner.db()).await;

    let copier = copying.start();
    eventually(|| async { copying.copied(ours).await == ["changed", "followed", "added"] }).await;
    copier.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_deleted_under_a_consumer_at_work_is_made_and_filled_again() {
    let copying = Copying::set_up().await;
    let copier = copying.start();
    eventually(|| copying.fill_is_finished()).await;
    copying.delete_queue().await;
    copying.write(copying.org, 1, 1, "meanwhile").await;
    eventually(|| async { copying.copied(copying.org).await == ["meanwhile"] }).await;
    copier.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_database_is_filled_again_although_its_queue_is_there() {
    let copying = Copying::set_up().await;
    copying.write(copying.org, 1, 1, "known").await;
    let copier = copying.start();
    eventually(|| copying.fill_is_finished()).await;
    copier.end().await;

    // As a backup says it: filled, but another database.
    let mut superuser = copying.copy.superuser().await;
    for sql in [
        "UPDATE consumers SET database = 'of yesterday'",
        "DELETE FROM letters",
        "DELETE FROM inbox",
    ] {
        sqlx::query(sql).execute(&mut superuser).await.unwrap();
    }
    let copier = copying.start();
    eventually(|| async { copying.copied(copying.org).await == ["known"] }).await;
    copier.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fill_that_was_broken_off_goes_on_where_it_was() {
    let copying = Copying::set_up().await;
    let bodies: Vec<String> = (1..=450).map(|number| format!("{number:03}")).collect();
    for (id, body) in (1..).zip(&bodies) {
        copying.write(copying.org, id, 1, body).await;
    }
    copying.switches.breaks_off.store(true, Ordering::SeqCst);
    let copier = copying.start();
    eventually(|| async { copying.copied(copying.org).await.len() == 200 }).await;
    copier.end().await;
    assert!(!copying.fill_is_finished().await);

    copying.switches.breaks_off.store(false, Ordering::SeqCst);
    let copiers = [copying.start(), copying.start()];
    eventually(|| async { copying.copied(copying.org).await == bodies }).await;
    eventually(|| copying.fill_is_finished()).await;
    assert_eq!(copying.switches.begun.load(Ordering::SeqCst), 1);
    for copier in copiers {
        copier.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_can_have_a_consumer_filled_again() {
    let copying = Copying::set_up().await;
    assert!(!inbox::refill(&copying.copy.db(), QUEUE).await.unwrap());
    copying.write(copying.org, 1, 1, "known").await;
    let copier = copying.start();
    eventually(|| copying.fill_is_finished()).await;
    copier.end().await;

    let mut superuser = copying.copy.superuser().await;
    sqlx::query("DELETE FROM letters")
        .execute(&mut superuser)
        .await
        .unwrap();
    assert!(inbox::refill(&copying.copy.db(), QUEUE).await.unwrap());
    let copier = copying.start();
    eventually(|| async { copying.copied(copying.org).await == ["known"] }).await;
    copier.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_follows_an_owner_that_lists_nothing_yet_and_stays_due() {
    let copying = Copying::set_up().await;
    let copier = copying.start_with(PeersConfig::new());
    let queue = || async {
        let amqp = copying.owner.amqp().amqp();
        let channel = amqp.channel().await.unwrap();
        let look = lapin::options::QueueDeclareOptions {
            passive: true,
            ..Default::default()
        };
        channel
            .queue_declare(amqp.queue(QUEUE).into(), look, Default::default())
            .await
            .is_ok_and(|queue| queue.consumer_count() == 1)
    };
    eventually(queue).await;
    copying.write(copying.org, 1, 1, "followed").await;
    eventually(|| async { copying.copied(copying.org).await == ["followed"] }).await;
    assert!(!copying.fill_is_finished().await);
    copier.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_services_may_list_a_snapshot() {
    use proto::common::v1::{ListSnapshotRequest, snapshot_service_client::SnapshotServiceClient};
    let copying = Copying::set_up().await;
    let ask = |subject: &str, page_size| ListSnapshotRequest {
        subject: subject.to_owned(),
        page_size,
        ..Default::default()
    };
    let channel = copying.owner.channel_anonymous();
    let refused = SnapshotServiceClient::new(channel)
        .list_snapshot(ask(SUBJECT, 0))
        .await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::Unauthenticated);

    let identity = testkit::identities::owner(copying.org);
    let channel = copying.owner.channel_as(&identity);
    let refused = SnapshotServiceClient::new(channel)
        .list_snapshot(ask(SUBJECT, 0))
        .await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::PermissionDenied);

    let identity = testkit::identities::service("ordering", copying.org);
    let mut client = SnapshotServiceClient::new(copying.owner.channel_as(&identity));
    let refused = client.list_snapshot(ask("test.other", 0)).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::NotFound);
    let refused = client.list_snapshot(ask(SUBJECT, 501)).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::InvalidArgument);
    assert!(client.list_snapshot(ask(SUBJECT, 500)).await.is_ok());
}
