//! Talking to a printer.

mod slip;
mod talk;

use proto::printing::v1::PrinterState;

pub(crate) use slip::{Around, Ended, print};
pub(crate) use talk::{Patience, Talk};

/// How a printer is, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) state: PrinterState,
    pub(crate) paper_low: bool,
    /// What it said.
    pub(crate) bytes: Vec<u8>,
}

impl Condition {
    /// A state that was seen without a word of the printer.
    pub(crate) fn silent(state: PrinterState) -> Self {
        Self {
            state,
            paper_low: false,
            bytes: Vec::new(),
        }
    }

    /// Whether a slip can be begun.
    pub(crate) fn is_ready(&self) -> bool {
        self.state == PrinterState::Online
    }
}
