//! What a committed transaction published reaches the bus, and nothing else does.

use std::collections::BTreeSet;

use crate::events::bench::Bench;
use chassis::{
    id::OrganisationId,
    inbox::{Received, Signal, subscribe},
    outbox::{self, Event},
};
use futures::{Stream, StreamExt as _};

/// Listens, and waits until the subscription is bound.
async fn listen(bench: &Bench) -> impl Stream<Item = Signal> + Unpin + use<> {
    let mut signals = subscribe(&bench.amqp.amqp(), &["test.note.*.v1"]);
    assert!(
        matches!(signals.next().await, Some(Signal::Gap)),
        "listening begins with a gap"
    );
    signals
}

async fn next_event(signals: &mut (impl Stream<Item = Signal> + Unpin)) -> Received {
    loop {
        match signals.next().await {
            Some(Signal::Event(event)) => return event,
            Some(Signal::Gap) => {}
            None => panic!("the subscription ended"),
        }
    }
}

async fn next_bodies(
    signals: &mut (impl Stream<Item = Signal> + Unpin),
    count: usize,
) -> Vec<String> {
    let mut bodies = Vec::new();
    for _ in 0..count {
        bodies.push(next_event(signals).await.decode().unwrap());
    }
    bodies
}

#[tokio::test]
async fn an_event_arrives_as_it_was_published() {
    let bench = Bench::set_up().await;
    bench.start_relay();
    let mut signals = listen(&bench).await;
    let aggregate = testkit::organisation().as_uuid();
    let event = Event::new("test.note.written.v1", aggregate, 7, &"hello".to_owned());
    let mut tx = bench.db().tenant(bench.org).await.unwrap();
    outbox::publish(&mut tx, &testkit::clock(), &[event])
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let received = next_event(&mut signals).await;
    assert_eq!(received.org, bench.org);
    assert_eq!(received.type_, "test.note.written.v1");
    assert_eq!((received.aggregate, received.version), (aggregate, 7));
    assert_eq!(received.at, testkit::noon());
    assert_eq!(received.decode::<String>().unwrap(), "hello");
    testkit::assert_no_unpublished(&bench.db).await;
}

#[tokio::test]
async fn events_arrive_in_the_order_of_publishing() {
    let bench = Bench::set_up().await;
    let mut signals = listen(&bench).await;
    let bodies: Vec<String> = (0..1_200).map(|number| format!("{number:04}")).collect();
    for chunk in bodies.chunks(400) {
        let chunk: Vec<&str> = chunk.iter().map(String::as_str).collect();
        bench.publish(bench.org, &chunk).await;
    }
    bench.start_relay();
    assert_eq!(next_bodies(&mut signals, 1_200).await, bodies);
}

#[tokio::test]
async fn what_is_rolled_back_is_not_published() {
    let bench = Bench::set_up().await;
    bench.start_relay();
    let mut signals = listen(&bench).await;
    let mut tx = bench.db().tenant(bench.org).await.unwrap();
    let event = Event::new(
        "test.note.written.v1",
        bench.org.as_uuid(),
        1,
        &"lost".to_owned(),
    );
    outbox::publish(&mut tx, &testkit::clock(), &[event])
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    bench.publish(bench.org, &["kept"]).await;
    assert_eq!(next_bodies(&mut signals, 1).await, ["kept"]);
}

#[tokio::test]
async fn an_organisation_cannot_publish_for_another() {
    let bench = Bench::set_up().await;
    let mut tx = bench.db().tenant(bench.org).await.unwrap();
    let refused = sqlx::query(
        "INSERT INTO outbox (org_id, event_id, type, aggregate_id, version, occurred_at, body)
         VALUES ($1, $1, 'test', $1, 1, now(), '')",
    )
    .bind(OrganisationId::new(&chassis::clock::SystemClock))
    .execute(&mut *tx)
    .await
    .unwrap_err();
    assert!(
        refused.to_string().contains("row-level security"),
        "{refused}"
    );
}

#[tokio::test]
async fn two_relays_share_the_work() {
    let bench = Bench::set_up().await;
    let mut signals = listen(&bench).await;
    let bodies: Vec<String> = (0..2_000).map(|number| format!("{number:04}")).collect();
    let published: Vec<&str> = bodies.iter().map(String::as_str).collect();
    bench.publish(bench.org, &published).await;
    bench.start_relay();
    bench.start_relay();
    let received = next_bodies(&mut signals, 2_000).await;
    assert_eq!(
        received.into_iter().collect::<BTreeSet<_>>(),
        bodies.into_iter().collect()
    );
    testkit::assert_no_unpublished(&bench.db).await;
}

#[tokio::test]
async fn the_relay_and_a_listener_survive_lost_connections() {
    let bench = Bench::set_up().await;
    bench.start_relay();
    let mut signals = listen(&bench).await;
    bench.publish(bench.org, &["before"]).await;
    assert_eq!(next_bodies(&mut signals, 1).await, ["before"]);
    // Else it is published again, as it should be.
    testkit::assert_no_unpublished(&bench.db).await;

    bench.amqp.cut_connections();
    bench.db.cut_connections().await;

    loop {
        if matches!(signals.next().await, Some(Signal::Gap)) {
            break;
        }
    }
    bench.publish(bench.org, &["after"]).await;
    assert_eq!(next_bodies(&mut signals, 1).await, ["after"]);
    testkit::assert_no_unpublished(&bench.db).await;
}
