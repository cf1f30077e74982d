//! Fans events out to the open streams of a branch and keeps them for clients that reconnect.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::{
    sync::{broadcast, mpsc},
    time::Instant,
};

/// Events a stream may be behind before it must reload.
const QUEUE: usize = 64;
/// Ended sessions a stream may be behind.
const SESSIONS: usize = 64;
const RETRY_MILLIS: u32 = 2_000;

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// One order.
    Order(String),
    /// What the branch sells.
    Branch,
    /// What only staff of the branch is told, such as how its printers are.
    Staff,
}

/// Which events a stream receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All that happens in the branch.
    Everything,
    /// What the branch sells.
    Branch,
    /// One order.
    Order(String),
}

/// The events of this gateway.
pub struct Hub {
    window: Duration,
    kept: usize,
    state: Mutex<State>,
    ended_sessions: broadcast::Sender<Arc<[String]>>,
}

struct State {
    /// Changes whenever events may have been missed, which makes every older id unknown.
    instance: String,
    last: u64,
    /// Last event that was forgotten together with its branch.
    forgotten_through: u64,
    branches: HashMap<String, Branch>,
}

#[derive(Default)]
struct Branch {
    ring: VecDeque<Kept>,
    forgotten_through: u64,
    listeners: Vec<Listener>,
}

struct Kept {
    number: u64,
    at: Instant,
    topic: Topic,
    text: Bytes,
}

struct Listener {
    filter: Filter,
    queue: mpsc::Sender<Bytes>,
}

/// An open stream's end of the hub; when it ends, the screen is to reload.
pub(super) struct Subscription {
    pub(super) opening: Bytes,
    pub(super) events: mpsc::Receiver<Bytes>,
}

impl Filter {
    fn includes(&self, topic: &Topic) -> bool {
        match (self, topic) {
            (Self::Everything, _) | (Self::Branch, Topic::Branch) => true,
            (Self::Order(wanted), Topic::Order(order_id)) => wanted == order_id,
            _ => false,
        }
    }
}

impl Hub {
    /// A hub that keeps at most `kept` events of a branch, none longer than `window`.
    pub fn new(window: Duration, kept: usize) -> Self {
        let state = State {
            instance: fresh_instance(),
            last: 0,
            forgotten_through: 0,
            branches: HashMap::new(),
        };
        let (ended_sessions, _) = broadcast::channel(SESSIONS);
        Self {
            window,
            kept,
            state: Mutex::new(state),
            ended_sessions,
        }
    }

    /// Sends an event to the streams of a branch; one that cannot keep up is ended.
    pub fn publish(&self, branch_id: &str, topic: Topic, event: &str, data: &impl Serialize) {
        let Ok(data) = serde_json::to_string(data) else {
            return;
        };
        let now = Instant::now();
        let state = &mut *self.state.lock();
        state.last += 1;
        let number = state.last;
        let id = format!("{}-{number}", state.instance);
        let text = Bytes::from(format!("id: {id}\nevent: {event}\ndata: {data}\n\n"));
        let branch = state.branches.entry(branch_id.to_owned()).or_default();
        branch.listeners.retain(|listener| {
            !listener.filter.includes(&topic) || listener.queue.try_send(text.clone()).is_ok()
        });
        branch.ring.push_back(Kept {
            number,
            at: now,
            topic,
            text,
        });
        branch.forget_old(now, self.window, self.kept);
    }

    /// Ends every stream with a reload: events may have been missed.
    pub fn reset(&self) {
        let state = &mut *self.state.lock();
        state.instance = fresh_instance();
        state.branches.clear();
    }

    /// Notifies the streams of staff that sessions ended.
    pub fn end_sessions(&self, session_ids: Vec<String>) {
        // No receiver is no failure.
        let _ = self.ended_sessions.send(session_ids.into());
    }

    /// Forgets what is too old, and branches with nothing left.
    pub fn sweep(&self) {
        let now = Instant::now();
        let state = &mut *self.state.lock();
        state.branches.retain(|_, branch| {
            branch.forget_old(now, self.window, self.kept);
            branch
                .listeners
                .retain(|listener| !listener.queue.is_closed());
            let used = !branch.ring.is_empty() || !branch.listeners.is_empty();
            if !used {
                state.forgotten_through = state.forgotten_through.max(branch.forgotten_through);
            }
            used
        });
    }

    pub(super) fn ended_sessions(&self) -> broadcast::Receiver<Arc<[String]>> {
        self.ended_sessions.subscribe()
    }

    /// Opens a stream: what was missed since `last_event_id` comes first, or a reload.
    pub(super) fn subscribe(
        &self,
        branch_id: &str,
        filter: Filter,
        last_event_id: Option<&str>,
    ) -> Subscription {
        let state = &mut *self.state.lock();
        let id = format!("{}-{}", state.instance, state.last);
        let forgotten = state.forgotten_through;
        let branch = state
            .branches
            .entry(branch_id.to_owned())
            .or_insert_with(|| Branch {
                forgotten_through: forgotten,
                ..Branch::default()
            });
        let seen = last_event_id.map(|seen| number_of(seen, &state.instance));
        let missed = match seen {
            None => String::new(),
            Some(Some(seen)) if seen >= branch.forgotten_through && seen <= state.last => {
                branch.since(seen, &filter)
            }
            Some(_) => reload(),
        };
        let (queue, events) = mpsc::channel(QUEUE);
        branch.listeners.push(Listener { filter, queue });
        // An id without data sets where a reconnecting browser says it stopped.
        let opening = format!("retry: {RETRY_MILLIS}\n\n{missed}id: {id}\n\n").into();
        Subscription { opening, events }
    }
}

impl Branch {
    fn since(&self, seen: u64, filter: &Filter) -> String {
        let missed = self
            .ring
            .iter()
            .filter(|kept| kept.number > seen && filter.includes(&kept.topic));
        missed
            .map(|kept| String::from_utf8_lossy(&kept.text))
            .collect()
    }

    fn forget_old(&mut self, now: Instant, window: Duration, kept: usize) {
        while let Some(oldest) = self.ring.front() {
            if self.ring.len() <= kept && now.duration_since(oldest.at) <= window {
                break;
            }
            self.forgotten_through = oldest.number;
            self.ring.pop_front();
        }
    }
}

pub(super) fn reload() -> String {
    "event: reload\ndata: {}\n\n".to_owned()
}

/// The number in an id of this instance.
fn number_of(id: &str, instance: &str) -> Option<u64> {
    id.strip_prefix(instance)?.strip_prefix('-')?.parse().ok()
}

fn fresh_instance() -> String {
    format!("{:08x}", rand::random::<u32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(600);

    fn send(hub: &Hub, branch: &str, order: &str) {
        hub.publish(branch, Topic::Order(order.to_owned()), "order", &order);
    }

    fn last_id(hub: &Hub) -> String {
        let state = hub.state.lock();
        format!("{}-{}", state.instance, state.last)
    }

    fn opening(hub: &Hub, filter: Filter, last: Option<&str>) -> String {
        String::from_utf8_lossy(&hub.subscribe("b", filter, last).opening).into_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reconnects_receives_what_it_missed() {
        let hub = Hub::new(WINDOW, 10);
        send(&hub, "b", "one");
        let seen = last_id(&hub);
        send(&hub, "b", "two");
        send(&hub, "other", "three");
        hub.publish("b", Topic::Branch, "availability", &"sku");

        let text = opening(&hub, Filter::Everything, Some(&seen));
        assert!(
            !text.contains("one") && text.contains("two") && text.contains("sku"),
            "{text}"
        );
        assert!(
            !text.contains("three") && !text.contains("reload"),
            "{text}"
        );
        let text = opening(&hub, Filter::Branch, Some(&seen));
        assert!(!text.contains("two") && text.contains("sku"), "{text}");
        let text = opening(&hub, Filter::Order("two".into()), Some(&seen));
        assert!(text.contains("two") && !text.contains("sku"), "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_longer_kept_makes_a_reload() {
        let hub = Hub::new(WINDOW, 2);
        send(&hub, "b", "one");
        let seen = last_id(&hub);
        (0..3).for_each(|_| send(&hub, "b", "more"));
        assert!(opening(&hub, Filter::Everything, Some(&seen)).contains("reload"));

        let seen = last_id(&hub);
        assert!(!opening(&hub, Filter::Everything, Some(&seen)).contains("reload"));
        send(&hub, "b", "late");
        tokio::time::advance(WINDOW * 2).await;
        hub.sweep();
        assert!(opening(&hub, Filter::Everything, Some(&seen)).contains("reload"));
        assert!(opening(&hub, Filter::Everything, Some("another-1")).contains("reload"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_gap_makes_every_older_id_unknown() {
        let hub = Hub::new(WINDOW, 10);
        send(&hub, "b", "one");
        let seen = last_id(&hub);
        let mut open = hub.subscribe("b", Filter::Everything, None);
        hub.reset();
        assert_eq!(open.events.recv().await, None, "an open stream ends");
        assert!(opening(&hub, Filter::Everything, Some(&seen)).contains("reload"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_does_not_read_is_ended_and_blocks_no_other() {
        let hub = Hub::new(WINDOW, 10_000);
        let mut slow = hub.subscribe("b", Filter::Everything, None);
        let mut quick = hub.subscribe("b", Filter::Everything, None);
        for _ in 0..=QUEUE {
            send(&hub, "b", "one");
            assert!(quick.events.recv().await.is_some());
        }
        let mut received = 0;
        while slow.events.recv().await.is_some() {
            received += 1;
        }
        assert_eq!(received, QUEUE);
    }
}
