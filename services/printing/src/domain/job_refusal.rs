//! Why a job cannot be changed as somebody wants.

use super::job::State;

/// The job is in a state in which this cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobRefusal {
    /// It still waits to be printed.
    #[error("the job is {} and still waits to be printed", state.as_str())]
    Open {
        /// Its state.
        state: State,
    },
    /// What was to be decided about it is decided.
    #[error("the job is {}", state.as_str())]
    Decided {
        /// Its state.
        state: State,
    },
}
