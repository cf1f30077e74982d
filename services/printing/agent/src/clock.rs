//! The server's time, as far as it is known here.
//!
//! The clock of a branch's computer may be wrong by hours, and a job's time is the server's. What the
//! server's clock is ahead of the machine's is learnt on each connection and kept in the journal.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use prost_types::Timestamp;

/// Differences below this one are the line's.
const SAME_MS: i64 = 2_000;
/// A machine's clock that went back by more than this is not believed.
const BACK_MS: i64 = 60_000;

/// Reads the machine's clock: milliseconds since 1970.
pub(crate) type MachineClock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The server's clock.
#[derive(Clone)]
pub(crate) struct ServerClock {
    machine: MachineClock,
    offset_ms: Arc<AtomicI64>,
    believed: Arc<AtomicBool>,
}

impl ServerClock {
    /// A clock over the machine's.
    pub(crate) fn new(machine: MachineClock) -> Self {
        Self {
            machine,
            offset_ms: Arc::default(),
            believed: Arc::new(AtomicBool::new(true)),
        }
    }

    /// A clock over the clock of this machine.
    pub(crate) fn of_machine() -> Self {
        Self::new(Arc::new(machine_now))
    }

    /// Takes over what was known before the process began. Where the machine's clock has gone back since
    /// then, as it does when its battery is empty, no time is believed until the server says one.
    pub(crate) fn restore(&self, offset_ms: i64, last_machine_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
        let believed = (self.machine)() + BACK_MS >= last_machine_ms;
        self.believed.store(believed, Ordering::Relaxed);
    }

    /// Learns the server's time; true when it is another one than was thought.
    pub(crate) fn learn(&self, server: &Timestamp) -> bool {
        let offset_ms = millis(server) - (self.machine)();
        let before = self.offset_ms.load(Ordering::Relaxed);
        let doubted = !self.believed.swap(true, Ordering::Relaxed);
        if (offset_ms - before).abs() <= SAME_MS && !doubted {
            return false;
        }
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
        true
    }

    /// The server's time in milliseconds since 1970; none while no clock is believed.
    pub(crate) fn now_ms(&self) -> Option<i64> {
        let believed = self.believed.load(Ordering::Relaxed);
        believed.then(|| (self.machine)() + self.offset_ms())
    }

    /// The server's time, or the best guess at it.
    pub(crate) fn stamp(&self) -> Timestamp {
        timestamp((self.machine)() + self.offset_ms())
    }

    /// The machine's time in milliseconds since 1970.
    pub(crate) fn machine_ms(&self) -> i64 {
        (self.machine)()
    }

    /// What the server's clock is ahead of the machine's.
    pub(crate) fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for ServerClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerClock")
            .field("offset_ms", &self.offset_ms())
            .finish_non_exhaustive()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn machine_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// Milliseconds since 1970.
pub(crate) fn millis(at: &Timestamp) -> i64 {
    at.seconds
        .saturating_mul(1_000)
        .saturating_add(i64::from(at.nanos) / 1_000_000)
}

/// As the wire holds it.
pub(crate) fn timestamp(millis: i64) -> Timestamp {
    Timestamp {
        seconds: millis.div_euclid(1_000),
        nanos: i32::try_from(millis.rem_euclid(1_000) * 1_000_000).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock_at(ms: i64) -> (ServerClock, Arc<AtomicI64>) {
        let hand = Arc::new(AtomicI64::new(ms));
        let read = hand.clone();
        let machine: MachineClock = Arc::new(move || read.load(Ordering::Relaxed));
        (ServerClock::new(machine), hand)
    }

    #[test]
    fn the_server_s_time_is_kept_over_a_wrong_machine() {
        let (clock, hand) = clock_at(1_000);
        assert_eq!(clock.now_ms(), Some(1_000));
        assert!(!clock.learn(&timestamp(2_500)), "that is the line's delay");
        assert!(clock.learn(&timestamp(7_200_000)));
        hand.store(61_000, Ordering::Relaxed);
        assert_eq!(clock.now_ms(), Some(7_260_000));

        let (after, _) = clock_at(62_000);
        after.restore(clock.offset_ms(), 61_000);
        assert_eq!(after.now_ms(), Some(7_261_000));
    }

    #[test]
    fn a_machine_whose_clock_went_back_knows_no_time_until_the_server_says_it() {
        let (clock, _) = clock_at(5_000);
        clock.restore(0, 1_700_000_000_000);
        assert_eq!(clock.now_ms(), None);
        assert!(clock.learn(&timestamp(1_700_000_100_000)));
        assert_eq!(clock.now_ms(), Some(1_700_000_100_000));
    }

    #[test]
    fn times_before_1970_have_a_wire_form_too() {
        assert_eq!(millis(&timestamp(-1)), -1);
        assert_eq!(timestamp(-1).nanos, 999_000_000);
    }
}
