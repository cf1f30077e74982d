//! Metrics of the bus: how far it is behind, and what became of events.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Histogram},
};

use crate::{
    clock::{Clock as _, SystemClock},
    telemetry,
};

static RELAY_LAG: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    seconds(
        "bus.relay.lag",
        "Age of the oldest event of a batch when RabbitMQ had confirmed it",
    )
});
static CONSUMER_LAG: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    seconds(
        "bus.consumer.lag",
        "Age of the oldest event of a batch when its effect was committed, by queue",
    )
});
static EVENTS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter(telemetry::SCOPE)
        .u64_counter("bus.events")
        .with_description(
            "Events by queue and outcome: relayed, unrouted, dropped, applied, retried or dead",
        )
        .build()
});

/// What became of events.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// Applied, or applied before.
    Applied,
    /// Put aside to be tried again.
    Retried,
    /// A dead letter.
    Dead,
}

/// Events were published and confirmed.
pub(crate) fn relayed(times: impl Iterator<Item = DateTime<Utc>> + Clone) {
    if let Some(oldest) = times.clone().min() {
        RELAY_LAG.record(age(oldest), &[]);
    }
    count("outbox", "relayed", times.count());
}

/// Events were put aside because no queue took them.
pub(crate) fn unrouted(events: usize) {
    count("outbox", "unrouted", events);
}

/// Events were deleted because no queue took them in time.
pub(crate) fn dropped(events: u64) {
    count(
        "outbox",
        "dropped",
        usize::try_from(events).unwrap_or(usize::MAX),
    );
}

/// Events of a queue were settled.
pub(crate) fn settled(
    queue: &'static str,
    outcome: Outcome,
    times: impl Iterator<Item = DateTime<Utc>> + Clone,
) {
    let word = match outcome {
        Outcome::Applied => "applied",
        Outcome::Retried => "retried",
        Outcome::Dead => "dead",
    };
    if let (Outcome::Applied, Some(oldest)) = (outcome, times.clone().min()) {
        CONSUMER_LAG.record(age(oldest), &[KeyValue::new("queue", queue)]);
    }
    count(queue, word, times.count());
}

fn count(queue: &'static str, outcome: &'static str, events: usize) {
    let labels = [
        KeyValue::new("queue", queue),
        KeyValue::new("outcome", outcome),
    ];
    EVENTS.add(u64::try_from(events).unwrap_or(u64::MAX), &labels);
}

fn age(at: DateTime<Utc>) -> f64 {
    (SystemClock.now() - at)
        .max(TimeDelta::zero())
        .as_seconds_f64()
}

fn seconds(name: &'static str, description: &'static str) -> Histogram<f64> {
    global::meter(telemetry::SCOPE)
        .f64_histogram(name)
        .with_unit("s")
        .with_description(description)
        .with_boundaries(vec![
            0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3_600.0,
        ])
        .build()
}
