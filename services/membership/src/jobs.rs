//! Timers.

use chassis::job::Job;

use crate::app::Dependencies;

/// The timers.
pub fn jobs(_deps: &Dependencies) -> Vec<Job> {
    Vec::new()
}
