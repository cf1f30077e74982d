//! What a vendor says of jobs and printers.

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// On paper, all copies of it.
    Printed,
    /// Not yet.
    Waiting,
    /// The vendor knows no such job.
    Absent,
}

/// How a printer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterState {
    /// Reachable and well.
    Ready,
    /// Reachable and not well, mostly without paper. The vendors say no more.
    Unwell,
    /// Not reachable.
    Offline,
}

/// Jobs of one day at one printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// How many are on paper.
    pub printed: u64,
    /// How many still wait.
    pub waiting: u64,
}
