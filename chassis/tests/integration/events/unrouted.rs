//! An event that no queue takes is kept until one does, or until it is a week old.

use chassis::outbox::KEEP_UNROUTED;
use testkit::eventually;

use crate::events::bench::{Bench, POISON, Writer};

async fn kept(bench: &Bench) -> i64 {
    let mut superuser = bench.db.superuser().await;
    sqlx::query_scalar("SELECT count(*) FROM unrouted_events")
        .fetch_one(&mut superuser)
        .await
        .unwrap()
}

#[tokio::test]
async fn events_without_a_queue_are_kept_and_delivered_once_there_is_one() {
    let bench = Bench::set_up().await;
    let bodies: Vec<String> = (0..600).map(|number| format!("{number:03}")).collect();
    let published: Vec<&str> = bodies.iter().map(String::as_str).collect();
    bench.publish(bench.org, &published).await;
    bench.start_relay();
    eventually(|| async { kept(&bench).await == 600 }).await;
    testkit::assert_no_unpublished(&bench.db).await;

    let writer = Writer::default();
    bench.start_consumer(&writer);
    eventually(|| async { bench.notes(bench.org).await == bodies }).await;
    eventually(|| async { kept(&bench).await == 0 }).await;
    // Each was tried as itself: none is a dead letter, and none came as another.
    assert_eq!(bench.queue_length("test.notes.dlq").await, Some(0));
}

#[tokio::test]
async fn events_with_a_queue_are_not_held_up_by_those_without() {
    let bench = Bench::set_up().await;
    let writer = Writer::default();
    bench.start_consumer(&writer);
    bench.consumer_is_ready().await;
    let org = bench.org;
    let event = |type_, body: &str| {
        let id = testkit::organisation().as_uuid();
        chassis::outbox::Event::new(type_, id, 1, &body.to_owned())
    };
    let events = [
        event("test.note.written.v1", "a"),
        event("test.nobody.listens.v1", POISON),
        event("test.note.written.v1", "b"),
    ];
    let mut tx = bench.db().tenant(org).await.unwrap();
    chassis::outbox::publish(&mut tx, &testkit::clock(), &events)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    bench.start_relay();
    eventually(|| async { bench.notes(org).await == ["a", "b"] }).await;
    eventually(|| async { kept(&bench).await == 1 }).await;
    let mut superuser = bench.db.superuser().await;
    let type_: String = sqlx::query_scalar("SELECT type FROM unrouted_events")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(type_, "test.nobody.listens.v1");
}

#[tokio::test]
async fn after_a_week_without_a_queue_an_event_is_deleted() {
    let bench = Bench::set_up().await;
    bench.publish(bench.org, &["old", "young"]).await;
    let mut superuser = bench.db.superuser().await;
    sqlx::query(
        "WITH moved AS (DELETE FROM outbox RETURNING *)
         INSERT INTO unrouted_events
         SELECT org_id, event_id, seq, type, aggregate_id, version, occurred_at, traceparent, body,
                now() - make_interval(secs => $1 * (2 - row_number() OVER (ORDER BY seq)) + 1)
         FROM moved",
    )
    .bind(KEEP_UNROUTED.as_secs_f64())
    .execute(&mut superuser)
    .await
    .unwrap();
    bench.start_relay();
    eventually(|| async { kept(&bench).await == 1 }).await;
    let writer = Writer::default();
    bench.start_consumer(&writer);
    eventually(|| async { bench.notes(bench.org).await == ["young"] }).await;
}
