//! Messages that were applied a moment ago: a redelivery of one is acknowledged as before, without a signature to
//! check and without SQL, so that a storm of them leaves the machine to orders.

use std::{sync::LazyLock, time::Duration};

use chassis::telemetry;
use moka::sync::Cache;
use opentelemetry::{KeyValue, global, metrics::Counter};
use payment_adapters::Acknowledgement;
use sha2::{Digest as _, Sha256};

use super::callbacks::Received;

/// Most messages that are known.
const MOST: u64 = 10_000;
/// How long one is known.
const KNOWN: Duration = Duration::from_mins(10);
/// How long the answer to a redelivery waits. Providers wait for seconds; who sends a storm on a few connections
/// sends no more than these allow.
const PAUSE: Duration = Duration::from_millis(20);

static REDELIVERIES: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter(telemetry::SCOPE)
        .u64_counter("payments.redeliveries")
        .with_description("Messages of providers that were applied within the last minutes already")
        .build()
});

/// What a message is known by: everything of it that was verified.
pub type Key = [u8; 32];

/// The key of a message.
pub fn key(received: &Received) -> Key {
    let callback = &received.callback;
    let mut digest = Sha256::new();
    let mut part = |bytes: &[u8]| {
        digest.update(bytes.len().to_be_bytes());
        digest.update(bytes);
    };
    part(received.provider.as_str().as_bytes());
    part(received.account.as_uuid().as_bytes());
    for (name, value) in &callback.headers {
        part(name.as_bytes());
        part(value.as_bytes());
    }
    part(callback.query.as_bytes());
    part(&callback.body);
    digest.finalize().into()
}

/// Acknowledgements by message; clones share them.
#[derive(Clone, Debug)]
pub struct Redeliveries(Cache<Key, Acknowledgement>);

impl Default for Redeliveries {
    fn default() -> Self {
        let cache = Cache::builder().max_capacity(MOST).time_to_live(KNOWN);
        Self(cache.build())
    }
}

impl Redeliveries {
    /// The acknowledgement of a message that was applied already, after a pause.
    pub async fn find(&self, key: &Key, received: &Received) -> Option<Acknowledgement> {
        let known = self.0.get(key)?;
        REDELIVERIES.add(1, &[KeyValue::new("provider", received.provider.as_str())]);
        tokio::time::sleep(PAUSE).await;
        Some(known)
    }

    /// Remembers what a message was answered with, once what follows from it is committed.
    pub fn remember(&self, key: Key, acknowledgement: &Acknowledgement) {
        self.0.insert(key, acknowledgement.clone());
    }
}
