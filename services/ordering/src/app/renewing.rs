//! What other services know, kept in memory and read again behind those who need it.
//!
//! A value is read once, however many ask for it at the same time, and again behind them when it is no longer fresh
//! or something says that it changed. What is known goes on being used while its owner is away. What was never read
//! is `None` until it can be: what needs the value decides what that means.

use std::{
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chassis::error::Problem;
use futures::{FutureExt as _, future::BoxFuture};
use moka::future;
use tokio::time::Instant;
use tracing::Instrument as _;

/// What could not be read is tried again after this time.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// Longest wait of the first who needs a value.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// What nobody needed for so long is forgotten.
const KEEP: Duration = Duration::from_secs(60 * 60);

type Read<K, V> = dyn Fn(K, Option<V>) -> BoxFuture<'static, Result<V, Problem>> + Send + Sync;

/// Values by key; clones share what is known.
pub struct Renewing<K, V> {
    known: future::Cache<K, Arc<Known<V>>>,
    read: Arc<Read<K, V>>,
    settings: Settings,
}

/// What is kept, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// What it is, for the log.
    pub what: &'static str,
    /// Most values.
    pub most: u64,
    /// What is older is read again.
    pub fresh_for: Duration,
}

struct Known<V> {
    value: Option<V>,
    read_again_at: Mutex<Instant>,
}

impl<K, V> Clone for Renewing<K, V> {
    fn clone(&self) -> Self {
        Self {
            known: self.known.clone(),
            read: Arc::clone(&self.read),
            settings: self.settings,
        }
    }
}

impl<K, V> Renewing<K, V>
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// An empty memory in front of `read`, which gets what is known before.
    pub fn new<F>(
        settings: Settings,
        read: impl Fn(K, Option<V>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<V, Problem>> + Send + 'static,
    {
        Self {
            known: future::Cache::builder()
                .max_capacity(settings.most)
                .time_to_idle(KEEP)
                .build(),
            read: Arc::new(move |key, before| read(key, before).boxed()),
            settings,
        }
    }

    /// The value as it is known; `None` while it could not be read yet.
    pub async fn get(&self, key: K) -> Option<V> {
        let known = self.known(key).await;
        if known.take_turn(self.settings.fresh_for) {
            let (values, before) = (self.clone(), Arc::clone(&known));
            let again = async move { values.read_again(key, &before).await };
            tokio::spawn(again.in_current_span());
        }
        known.value.clone()
    }

    /// Reads a value again, because it changed. A first read that is under way may have begun before that, so it is
    /// waited for.
    pub async fn renew(&self, key: K) {
        let before = self.known(key).await;
        self.read_again(key, &before).await;
    }

    /// Reads all values again when they are needed next, because their changes may have been missed.
    pub fn renew_all(&self) {
        for (_, known) in &self.known {
            known.is_to_be_read_at(Instant::now());
        }
    }

    async fn known(&self, key: K) -> Arc<Known<V>> {
        let first = async {
            let read = (self.read)(key, None);
            match tokio::time::timeout(FIRST_WAIT, read).await {
                Ok(Ok(value)) => Known::new(Some(value), self.settings.fresh_for),
                _ => Known::new(None, RETRY_AFTER),
            }
        };
        self.known.get_with(key, first).await
    }

    /// Replaces what is known, unless it cannot be read.
    async fn read_again(&self, key: K, before: &Known<V>) {
        match (self.read)(key, before.value.clone()).await {
            Ok(value) => {
                let known = Known::new(Some(value), self.settings.fresh_for);
                self.known.insert(key, known).await;
            }
            Err(error) => {
                tracing::warn!(what = self.settings.what, %error, "could not be read again");
                before.is_to_be_read_at(Instant::now() + RETRY_AFTER);
            }
        }
    }
}

impl<V> Known<V> {
    fn new(value: Option<V>, fresh_for: Duration) -> Arc<Self> {
        Arc::new(Self {
            value,
            read_again_at: Mutex::new(Instant::now() + fresh_for),
        })
    }

    fn is_to_be_read_at(&self, at: Instant) {
        *self.turn() = at;
    }

    /// It is to be read again, and the caller is the first to find that out.
    fn take_turn(&self, fresh_for: Duration) -> bool {
        let now = Instant::now();
        let mut at = self.turn();
        let is_due = now >= *at;
        if is_due {
            *at = now + fresh_for;
        }
        is_due
    }

    fn turn(&self) -> std::sync::MutexGuard<'_, Instant> {
        let turn = self.read_again_at.lock();
        turn.unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use chassis::error::CommonReason;

    use super::*;

    /// Numbers its reads; fails while `away`.
    fn counting(fresh_for: Duration, away: &Arc<AtomicBool>) -> Renewing<u8, u32> {
        let settings = Settings {
            what: "a number",
            most: 10,
            fresh_for,
        };
        let away = Arc::clone(away);
        Renewing::new(settings, move |_, before: Option<u32>| {
            let is_away = away.load(Ordering::Relaxed);
            async move {
                match is_away {
                    true => Err(Problem::new(CommonReason::TemporarilyUnavailable)),
                    false => Ok(before.unwrap_or(0) + 1),
                }
            }
        })
    }

    #[tokio::test]
    async fn a_value_is_read_once_and_again_behind_who_finds_it_old() {
        let away = Arc::default();
        let fresh = counting(Duration::from_secs(3_600), &away);
        assert_eq!((fresh.get(1).await, fresh.get(1).await), (Some(1), Some(1)));
        fresh.renew(1).await;
        assert_eq!(fresh.get(1).await, Some(2));

        let old = counting(Duration::ZERO, &away);
        assert_eq!(old.get(1).await, Some(1), "nobody waits for the next one");
        while old.get(1).await == Some(1) {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_is_known_stays_while_its_owner_is_away() {
        let away = Arc::new(AtomicBool::new(true));
        let values = counting(Duration::from_secs(3_600), &away);
        assert_eq!(values.get(1).await, None, "it was never read");
        away.store(false, Ordering::Relaxed);
        values.renew(1).await;
        assert_eq!(values.get(1).await, Some(1));
        away.store(true, Ordering::Relaxed);
        values.renew(1).await;
        assert_eq!(values.get(1).await, Some(1));
    }
}
