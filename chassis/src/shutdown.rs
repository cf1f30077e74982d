//! The orderly end of a process: stop accepting, finish what is under way, flush.

use std::{future::Future, time::Duration};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Waits for SIGTERM or SIGINT.
pub async fn requested() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// The long-running parts of a process, ended together and waited for.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    tracker: TaskTracker,
    token: CancellationToken,
}

impl Parts {
    /// No parts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancelled when every part is to end.
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Starts a part, which must end soon after the token is cancelled.
    pub fn spawn(&self, part: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(part);
    }

    /// Ends every part and waits at most `limit`; false when some did not end in time.
    pub async fn end(&self, limit: Duration) -> bool {
        self.token.cancel();
        self.tracker.close();
        tokio::time::timeout(limit, self.tracker.wait())
            .await
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn parts_that_finish_in_time_end_well() {
        let parts = Parts::new();
        let token = parts.token();
        parts.spawn(async move { token.cancelled().await });
        assert!(parts.end(Duration::from_secs(5)).await);
    }

    #[tokio::test]
    async fn a_part_that_hangs_does_not_hold_the_process() {
        let parts = Parts::new();
        parts.spawn(std::future::pending());
        assert!(!parts.end(Duration::from_millis(1)).await);
    }
}
