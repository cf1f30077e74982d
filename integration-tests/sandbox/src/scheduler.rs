//! Timers: stored, due on the sandbox's clock, resumed after a restart.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{clock::Instant, delivery, sandbox::Sandbox, state::Transaction};

pub const TIMERS: &str = "timer";
/// From a timer's id to its place.
const PLACES: &str = "timer_place";
/// Kind of the timer of a delivery's next attempt; every other kind goes to its system.
pub const DELIVER: &str = "deliver";
/// How long moving the clock waits for what is due to finish.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(30);
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Timer {
    pub due: Instant,
    pub system: String,
    pub kind: String,
    pub key: String,
}

impl Timer {
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.system, self.kind, self.key)
    }

    /// Its place among the timers, which are kept in the order of their time.
    fn place(&self) -> String {
        format!("{}/{}", place_of(self.due), self.id())
    }

    /// Sets the timer, instead of one of the same system, kind and key.
    pub fn set(&self, tx: &mut Transaction<'_>) {
        self.remove(tx);
        tx.put(TIMERS, &self.place(), self);
        tx.put(PLACES, &self.id(), &self.place());
    }

    fn remove(&self, tx: &mut Transaction<'_>) {
        if let Some(place) = tx.get::<String>(PLACES, &self.id()) {
            tx.delete(TIMERS, &place);
            tx.delete(PLACES, &self.id());
        }
    }
}

fn place_of(instant: Instant) -> String {
    format!("{:020}", instant.timestamp_micros())
}

/// Fires timers as they become due, until `stop`.
pub async fn run(sandbox: Arc<Sandbox>, stop: CancellationToken) {
    let mut running = tokio::task::JoinSet::new();
    while !stop.is_cancelled() {
        for timer in claim_due(&sandbox) {
            let sandbox = sandbox.clone();
            running.spawn(async move {
                fire(&sandbox, &timer).await;
                sandbox.in_flight.lock().remove(&timer.id());
                sandbox.timer_done.notify_waiters();
                // What was set meanwhile under the same name could not be claimed until now.
                sandbox.state.timer_set.notify_one();
            });
        }
        while running.try_join_next().is_some() {}
        let sleep = next_due(&sandbox).map_or(LONGEST_SLEEP, |due| {
            let wait = due - sandbox.clock.now();
            wait.to_std().unwrap_or_default().min(LONGEST_SLEEP)
        });
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = sandbox.state.timer_set.notified() => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Moves the clock to `target`, stopping at each timer on the way until its work is done.
pub async fn advance(sandbox: &Sandbox, target: Instant) {
    if target > sandbox.clock.now() {
        while let Some(due) = next_due(sandbox).filter(|due| *due <= target) {
            if due > sandbox.clock.now() {
                sandbox.set_clock(due);
            }
            if !settled(sandbox).await {
                break;
            }
        }
    }
    if target > sandbox.clock.now() {
        sandbox.set_clock(target);
    }
    settled(sandbox).await;
}

/// Waits until nothing due is left; false when that takes too long.
pub async fn settled(sandbox: &Sandbox) -> bool {
    let wait = async {
        loop {
            let done = sandbox.timer_done.notified();
            tokio::pin!(done);
            done.as_mut().enable();
            let now = sandbox.clock.now();
            if sandbox.in_flight.lock().is_empty() && due(sandbox, now).is_empty() {
                return;
            }
            sandbox.state.timer_set.notify_one();
            done.await;
        }
    };
    tokio::time::timeout(SETTLE_TIMEOUT, wait).await.is_ok()
}

fn claim_due(sandbox: &Sandbox) -> Vec<Timer> {
    let mut due = due(sandbox, sandbox.clock.now());
    let mut in_flight = sandbox.in_flight.lock();
    due.retain(|timer| in_flight.insert(timer.id()));
    due
}

fn due(sandbox: &Sandbox, now: Instant) -> Vec<Timer> {
    let end = place_of(now + TimeDelta::microseconds(1));
    sandbox.state.change(|tx| tx.list_below(TIMERS, &end))
}

fn next_due(sandbox: &Sandbox) -> Option<Instant> {
    let in_flight = sandbox.in_flight.lock().clone();
    let waiting = |timer: &Timer| !in_flight.contains(&timer.id());
    let next = sandbox.state.change(|tx| tx.find(TIMERS, waiting));
    next.map(|timer| timer.due)
}

/// Does a timer's work, then deletes it unless the work has set it anew.
async fn fire(sandbox: &Arc<Sandbox>, timer: &Timer) {
    if timer.kind == DELIVER {
        delivery::attempt(sandbox, &timer.key).await;
    } else if let Some(system) = sandbox.system(&timer.system) {
        system.timer(sandbox, &timer.kind, &timer.key).await;
    }
    sandbox.state.change(|tx| {
        if tx.get::<Timer>(TIMERS, &timer.place()).is_some() {
            timer.remove(tx);
        }
    });
}
