//! What a request proves about a job.

use crate::JobToken;

/// How far a job's try is, as the service keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The device was told of it and has not fetched it.
    Offered,
    /// The device has its bytes, and its time to confirm is not over.
    Served,
    /// The device has its bytes, and its time to confirm is over.
    Unconfirmed,
    /// It has ended, or was taken back before it was fetched.
    Closed,
}

/// The try that a device has in its hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed {
    /// Names it.
    pub token: JobToken,
    /// How far it is.
    pub phase: Phase,
}

/// What is proved about a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// It is on paper, whole.
    Printed,
    /// It is not, or not whole.
    NotPrinted(NotPrinted),
    /// The device has let go of it and does not say how it went: a person looks.
    Unclear,
}

/// A try that did not print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotPrinted {
    /// What helps.
    pub remedy: Remedy,
    /// Whether some of it may be on paper, so that the next try is marked.
    pub ink: Ink,
    /// The device's own word for it, at most 64 characters.
    pub code: String,
}

/// What helps a job that did not print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing: the same bytes fail again.
    Nothing,
    /// Another try, which counts.
    Retry,
    /// Another try once the device is well; it does not count.
    WhenWell,
    /// Another try once a person has seen to the device.
    Person,
}

/// Whether a try may have put ink on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Certainly not.
    No,
    /// Perhaps.
    Maybe,
}
