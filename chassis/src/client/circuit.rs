//! Stops calling a peer that cannot be reached, and tries one call after a while.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// Closed while calls get through; open after several in a row did not; then half open: one call
/// is let through, and its outcome decides.
#[derive(Debug)]
pub(super) struct Circuit {
    open_after: u32,
    open_for: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    failures: u32,
    /// While set, no call is let through before it.
    closed_until: Option<Instant>,
}

impl Circuit {
    pub(super) fn new(open_after: u32, open_for: Duration) -> Self {
        let state = Mutex::new(State {
            failures: 0,
            closed_until: None,
        });
        Self {
            open_after,
            open_for,
            state,
        }
    }

    /// Whether a call may be made now.
    pub(super) fn lets_through(&self, now: Instant) -> bool {
        let mut state = self.state.lock();
        match state.closed_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                // This call is the trial; others wait for its outcome or for another while.
                state.closed_until = Some(now + self.open_for);
                true
            }
        }
    }

    /// A call reached the peer.
    pub(super) fn reached(&self) {
        let mut state = self.state.lock();
        state.failures = 0;
        state.closed_until = None;
    }

    /// A call did not reach the peer.
    pub(super) fn missed(&self, now: Instant) {
        let mut state = self.state.lock();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= self.open_after {
            state.closed_until = Some(now + self.open_for);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHILE: Duration = Duration::from_secs(2);

    fn open_circuit(now: Instant) -> Circuit {
        let circuit = Circuit::new(3, WHILE);
        for _ in 0..3 {
            assert!(circuit.lets_through(now));
            circuit.missed(now);
        }
        circuit
    }

    #[test]
    fn it_opens_after_failures_in_a_row() {
        let now = Instant::now();
        assert!(!open_circuit(now).lets_through(now));
    }

    #[test]
    fn a_success_between_failures_keeps_it_closed() {
        let now = Instant::now();
        let circuit = Circuit::new(2, WHILE);
        circuit.missed(now);
        circuit.reached();
        circuit.missed(now);
        assert!(circuit.lets_through(now));
    }

    #[test]
    fn one_trial_decides_after_a_while() {
        let opened = Instant::now();
        let circuit = open_circuit(opened);
        let first_trial = opened + WHILE;
        assert!(circuit.lets_through(first_trial));
        assert!(!circuit.lets_through(first_trial), "one trial at a time");
        circuit.missed(first_trial);
        assert!(!circuit.lets_through(first_trial));

        let second_trial = first_trial + WHILE;
        assert!(circuit.lets_through(second_trial));
        circuit.reached();
        assert!(circuit.lets_through(second_trial));
        assert!(circuit.lets_through(second_trial));
    }
}
