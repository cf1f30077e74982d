//! The replicas of a peer, called in turn.

use std::sync::atomic::{AtomicUsize, Ordering};

use tonic::{ConnectError, transport::Channel};

use super::circuit::Circuit;

/// What is known of a peer. One address may be a name behind which DNS has several replicas,
/// which then share a connection pool and a circuit.
pub(super) struct Link {
    replicas: Vec<Replica>,
    turn: AtomicUsize,
}

/// The one connection pool to an address and what is known of its health.
pub(super) struct Replica {
    pub(super) channel: Channel,
    pub(super) circuit: Circuit,
}

impl Link {
    pub(super) fn new(replicas: Vec<Replica>) -> Self {
        Self {
            replicas,
            turn: AtomicUsize::new(0),
        }
    }

    /// Every replica once, beginning with another one each time.
    pub(super) fn in_turn(&self) -> impl Iterator<Item = &Replica> {
        let first = match self.replicas.len() {
            0 | 1 => 0,
            count => self.turn.fetch_add(1, Ordering::Relaxed) % count,
        };
        let (later, sooner) = self.replicas.split_at(first);
        sooner.iter().chain(later)
    }
}

/// Whether no connection could be made, so that nothing of the call can have reached anybody.
pub(super) fn was_never_sent(error: &tonic::transport::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<ConnectError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
