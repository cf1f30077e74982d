//! Each event takes effect once in its consumer, or ends where an operator finds it.

use std::time::Duration;

use crate::events::bench::{Bench, MIGRATOR, OF_OTHERS, POISON, Writer};
use chassis::{
    id::{EventId, OrganisationId},
    inbox,
};
use chrono::TimeDelta;
use testkit::{TestDb, eventually};

async fn ready() -> (Bench, Writer) {
    let bench = Bench::set_up().await;
    let writer = Writer::default();
    bench.start_consumer(&writer);
    bench.consumer_is_ready().await;
    bench.start_relay();
    (bench, writer)
}

#[tokio::test]
async fn each_event_takes_effect_once_in_its_organisation() {
    let (bench, _writer) = ready().await;
    let theirs = testkit::organisation();
    bench.publish(bench.org, &["a", "b", "c"]).await;
    bench.publish(theirs, &["d"]).await;
    eventually(|| async { bench.notes(bench.org).await == ["a", "b", "c"] }).await;
    eventually(|| async { bench.notes(theirs).await == ["d"] }).await;
}

#[tokio::test]
async fn what_does_not_concern_a_consumer_leaves_nothing() {
    let (bench, _writer) = ready().await;
    bench.publish(bench.org, &[OF_OTHERS, "a", OF_OTHERS]).await;
    bench.publish(bench.org, &[OF_OTHERS]).await;
    bench.publish(bench.org, &["b"]).await;
    eventually(|| async { bench.notes(bench.org).await == ["a", "b"] }).await;
    eventually(|| async { bench.queue_length("test.notes").await == Some(0) }).await;
    let mut superuser = bench.db.superuser().await;
    let remembered: i64 = sqlx::query_scalar("SELECT count(*) FROM inbox")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(remembered, 2);
}

#[tokio::test]
async fn a_repeated_event_has_no_second_effect() {
    let (bench, _writer) = ready().await;
    let event = EventId::new(&testkit::clock());
    for body in ["once", "once", "once"] {
        publish_with_id(&bench, event, body).await;
        testkit::assert_no_unpublished(&bench.db).await;
    }
    bench.publish(bench.org, &["the end"]).await;
    eventually(|| async { bench.notes(bench.org).await == ["once", "the end"] }).await;
}

#[tokio::test]
async fn events_that_wait_are_taken_in_batches() {
    let (bench, writer) = ready().await;
    writer.batches.lock().clear();
    let bodies: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    bench.publish(bench.org, &bodies).await;
    eventually(|| async { bench.notes(bench.org).await.len() == 1_000 }).await;
    let batches = writer.batches.lock().clone();
    assert!(batches.iter().all(|&size| size <= 256), "{batches:?}");
    assert!(batches.len() < 100, "{batches:?}");
}

#[tokio::test]
async fn only_the_poison_of_a_batch_fails_and_a_replay_cures_it() {
    let (bench, writer) = ready().await;
    bench.publish(bench.org, &["a", POISON, "b"]).await;
    eventually(|| async { bench.notes(bench.org).await == ["a", "b"] }).await;
    eventually(|| async { bench.queue_length("test.notes.dlq").await == Some(1) }).await;

    *writer.accepts_poison.lock() = true;
    assert_eq!(
        inbox::replay(&bench.amqp.amqp(), "test.notes")
            .await
            .unwrap(),
        1
    );
    eventually(|| async { bench.notes(bench.org).await == ["a", "b", "cured"] }).await;
    assert_eq!(
        inbox::replay(&bench.amqp.amqp(), "test.notes")
            .await
            .unwrap(),
        0
    );
}

#[tokio::test]
async fn a_failure_that_passes_is_healed_by_a_retry() {
    let (bench, writer) = ready().await;
    writer.batches.lock().clear();
    bench.publish(bench.org, &[POISON]).await;
    eventually(|| async { !writer.batches.lock().is_empty() }).await;
    *writer.accepts_poison.lock() = true;
    eventually(|| async { bench.notes(bench.org).await == ["cured"] }).await;
}

#[tokio::test]
async fn a_database_that_is_away_is_waited_for_and_counts_as_no_attempt() {
    let (bench, _writer) = ready().await;
    bench.publish(bench.org, &["before"]).await;
    eventually(|| async { bench.notes(bench.org).await == ["before"] }).await;

    let elsewhere = TestDb::new(&MIGRATOR).await;
    bench.start_relay_of(&elsewhere);
    bench.db.make_unavailable().await;
    bench.publish_in(&elsewhere, bench.org, &["during"]).await;
    testkit::assert_no_unpublished(&elsewhere).await;
    // Longer than it takes to use up all attempts.
    tokio::time::sleep(Duration::from_secs(1)).await;
    bench.db.restore().await;
    eventually(|| async { bench.notes(bench.org).await == ["before", "during"] }).await;
    assert_eq!(bench.queue_length("test.notes.dlq").await, Some(0));
}

#[tokio::test]
async fn a_consumer_survives_a_lost_connection() {
    let (bench, _writer) = ready().await;
    bench.amqp.cut_connections();
    bench.publish(bench.org, &["after"]).await;
    eventually(|| async { bench.notes(bench.org).await == ["after"] }).await;
}

#[tokio::test]
async fn consumed_events_are_forgotten_after_a_week() {
    let (bench, _writer) = ready().await;
    bench.publish(bench.org, &["a", "b"]).await;
    eventually(|| async { bench.notes(bench.org).await.len() == 2 }).await;

    let clock = testkit::ManualClock::at(chassis::clock::Clock::now(&chassis::clock::SystemClock));
    clock.advance(inbox::KEEP - TimeDelta::hours(1));
    assert_eq!(inbox::purge(&bench.db(), &clock).await.unwrap(), 0);
    clock.advance(TimeDelta::hours(2));
    assert!(inbox::purge(&bench.db(), &clock).await.unwrap() >= 2);
}

/// Publishes an event whose id is given, as a relay does that died before it could forget.
async fn publish_with_id(bench: &Bench, event: EventId, body: &str) {
    use prost::Message as _;
    let mut tx = bench.db().tenant(bench.org).await.unwrap();
    sqlx::query(
        "INSERT INTO outbox (org_id, event_id, type, aggregate_id, version, occurred_at, body)
         VALUES ($1, $2, 'test.note.written.v1', $2, 1, now(), $3)",
    )
    .bind(OrganisationId::from_uuid(bench.org.as_uuid()))
    .bind(event)
    .bind(body.to_owned().encode_to_vec())
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}
