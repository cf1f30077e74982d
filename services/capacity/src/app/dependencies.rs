//! What every use case works with.

use chassis::{clock::SharedClock, db::Db};
use chrono::TimeDelta;

use super::{
    availability::cache::AvailabilityCache, hours::schedules::Schedules,
    limits::known::KnownLimits, pauses::known::KnownPauses,
};

/// What every use case works with; clones share everything.
#[derive(Clone, Debug)]
pub struct Dependencies {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// How long a hold lives until its order exists.
    pub hold_ttl: TimeDelta,
    /// Schedules of branches, as last read.
    pub schedules: Schedules,
    /// Pauses of branches, as last read.
    pub pauses: KnownPauses,
    /// Limits of branches, as last read.
    pub limits: KnownLimits,
    /// Availabilities, as last read.
    pub availabilities: AvailabilityCache,
}
