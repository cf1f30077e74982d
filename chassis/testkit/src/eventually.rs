//! Waiting for a condition instead of for a time.

use std::time::{Duration, Instant};

/// How long a test waits for what must come: only a failing test waits so long, however busy the machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Asks `condition` again and again until it holds; fails the test after half a minute.
pub async fn eventually<F: Future<Output = bool>>(condition: impl FnMut() -> F) {
    eventually_within(PATIENCE, condition).await;
}

/// As [`eventually`], with another limit.
pub async fn eventually_within<F: Future<Output = bool>>(
    limit: Duration,
    mut condition: impl FnMut() -> F,
) {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(2);
    while !condition().await {
        assert!(
            begun.elapsed() < limit,
            "the condition did not hold within {limit:?}"
        );
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}
