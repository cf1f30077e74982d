//! Timers.

mod points;
mod tiers;

use chassis::job::Job;

use crate::app::Dependencies;

/// The timers.
pub fn jobs(deps: &Dependencies) -> Vec<Job> {
    let mut jobs = points::jobs(deps);
    jobs.extend(tiers::jobs(deps));
    jobs
}
