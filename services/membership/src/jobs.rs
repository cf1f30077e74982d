//! Timers.

mod benefits;
mod giving;
mod points;
mod sign_ins;
mod tags;
mod tiers;

use chassis::job::Job;

use crate::app::Dependencies;

/// The timers.
pub fn jobs(deps: &Dependencies) -> Vec<Job> {
    let mut jobs = benefits::jobs(deps);
    jobs.extend(giving::jobs(deps));
    jobs.extend(points::jobs(deps));
    jobs.extend(sign_ins::jobs(deps));
    jobs.extend(tags::jobs(deps));
    jobs.extend(tiers::jobs(deps));
    jobs
}
