//! How the printers are, as it is told to the server.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use prost_types::Timestamp;
use proto::printing::v1::{PrinterState, PrinterStatus};
use tokio::sync::watch;

use crate::printer::Condition;

/// The last known state of each printer.
#[derive(Debug)]
pub(crate) struct Board {
    printers: Mutex<BTreeMap<String, PrinterStatus>>,
    changed: watch::Sender<()>,
}

impl Board {
    pub(crate) fn new() -> Self {
        Self {
            printers: Mutex::default(),
            changed: watch::Sender::new(()),
        }
    }

    /// Notes how a printer is at `now`.
    pub(crate) fn note(&self, printer: &str, seen: Condition, waiting: usize, now: Timestamp) {
        let mut printers = self.printers.lock();
        let before = printers.get(printer);
        let same_state = before.filter(|before| before.state() == seen.state);
        let same = same_state.is_some_and(|before| before.paper_low == seen.paper_low);
        let since = same_state.and_then(|before| before.since).unwrap_or(now);
        let status = PrinterStatus {
            printer: printer.to_owned(),
            state: seen.state.into(),
            paper_low: seen.paper_low,
            waiting_jobs: i32::try_from(waiting).unwrap_or(i32::MAX),
            status_bytes: seen.bytes.into(),
            since: Some(since),
        };
        printers.insert(printer.to_owned(), status);
        drop(printers);
        if !same {
            let state = seen.state.as_str_name();
            tracing::info!(printer, state, "a printer changed");
            self.changed.send_replace(());
        }
    }

    /// Wakes with every change.
    pub(crate) fn changed(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Every printer that was looked at.
    pub(crate) fn all(&self) -> Vec<PrinterStatus> {
        self.printers.lock().values().cloned().collect()
    }

    /// State of a printer; unspecified before it was looked at.
    pub(crate) fn state(&self, printer: &str) -> PrinterState {
        let printers = self.printers.lock();
        printers
            .get(printer)
            .map_or(PrinterState::Unspecified, PrinterStatus::state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::timestamp;

    #[test]
    fn a_change_wakes_and_a_state_keeps_its_beginning() {
        let board = Board::new();
        let mut changed = board.changed();
        let mut note = |state, low, now| {
            let seen = Condition {
                paper_low: low,
                ..Condition::silent(state)
            };
            board.note("kitchen", seen, 2, timestamp(now));
            let woken = changed.has_changed().unwrap();
            changed.mark_unchanged();
            let status = board.all().remove(0);
            (woken, status.since.unwrap().seconds)
        };
        use PrinterState::{Online, PaperOut};
        assert_eq!(note(Online, false, 1_000), (true, 1));
        assert_eq!(note(Online, false, 2_000), (false, 1));
        assert_eq!(note(Online, true, 3_000), (true, 1));
        assert_eq!(note(PaperOut, true, 4_000), (true, 4));
        assert_eq!(board.state("kitchen"), PaperOut);
        assert_eq!(board.state("bar"), PrinterState::Unspecified);
    }
}
