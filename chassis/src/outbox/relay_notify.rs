//! Wakes the relay in-process after a publishing transaction commits, instead of waiting for its poll.

use std::sync::Arc;

use tokio::sync::Notify;

/// Connects committed transactions with the relay; clones share it.
#[derive(Clone, Debug, Default)]
pub struct RelayNotify(Arc<Notify>);

impl RelayNotify {
    /// Wakes the relay, or makes it start over when it is running.
    pub fn notify(&self) {
        self.0.notify_one();
    }

    /// Waits for a notification.
    pub async fn notified(&self) {
        self.0.notified().await;
    }
}
