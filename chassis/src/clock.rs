//! The one source of "now", so that a test sets it instead of waiting.

use std::{fmt::Debug, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

/// A source of the time.
pub trait Clock: Send + Sync + Debug {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}

/// The clock that a service passes around.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        // PostgreSQL keeps microseconds: a finer instant would not survive being stored and read.
        truncate_to_micros(Utc::now())
    }
}

/// A clock that stands still until it is moved; clones share it.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl ManualClock {
    /// A clock standing at `instant`.
    #[must_use]
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(instant)))
    }

    /// Sets it to `instant`.
    pub fn set(&self, instant: DateTime<Utc>) {
        *self.0.lock() = instant;
    }

    /// Moves it by `delta`, backwards when it is negative.
    pub fn advance(&self, delta: TimeDelta) {
        *self.0.lock() += delta;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock()
    }
}

fn truncate_to_micros(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_manual_clock_share_the_hand() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let other = clock.clone();
        clock.advance(TimeDelta::minutes(5));
        assert_eq!(other.now(), DateTime::UNIX_EPOCH + TimeDelta::minutes(5));
    }
}
