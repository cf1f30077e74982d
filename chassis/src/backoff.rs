//! How long to wait before trying again what failed outside.

use std::time::Duration;

/// Grows from its first wait to its longest, with a spread so that processes do not return at once.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first,
            longest,
            next: first,
        }
    }

    /// Starts over after a success.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }

    /// Waits its turn; the next wait is twice as long.
    pub(crate) async fn wait(&mut self) {
        let spread = rand::random_range(0.75..1.25);
        tokio::time::sleep(self.next.mul_f64(spread)).await;
        self.next = (self.next * 2).min(self.longest);
    }
}
