//! Use cases with I/O.

pub mod availability;
pub mod error;
pub mod find_branch;
pub mod holds;
pub mod hours;
pub mod limits;
pub mod once;
pub mod pauses;
pub mod stock;

use chassis::{clock::SharedClock, db::Db};
use chrono::TimeDelta;

/// What every use case works with; clones share everything.
#[derive(Clone, Debug)]
pub struct Core {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// How long a hold lives until its order exists.
    pub hold_ttl: TimeDelta,
    /// Schedules of branches, as last read.
    pub schedules: hours::schedules::Schedules,
    /// Pauses of branches, as last read.
    pub pauses: pauses::KnownPauses,
    /// Limits of branches, as last read.
    pub limits: limits::KnownLimits,
    /// Availabilities, as last read.
    pub availabilities: availability::Cache,
}
