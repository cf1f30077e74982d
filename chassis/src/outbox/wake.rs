//! Rings in-process when something was published, so that the relay need not ask again and again.

use std::sync::Arc;

use tokio::sync::Notify;

/// The bell between committed transactions and the relay; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Wakes the relay, or lets it start over when it is at work.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits for a ring.
    pub async fn rung(&self) {
        self.0.notified().await;
    }
}
