//! Use cases with I/O.

pub mod affected_orders;
pub mod announce;
pub mod announce_hours;
pub mod availability;
pub mod change_stock;
pub mod error;
pub mod find_branch;
pub mod import_stock;
pub mod limits;
pub mod list_stock;
pub mod move_hold;
pub mod once;
pub mod open_statuses;
pub mod pauses;
pub mod place_holds;
pub mod preview_hours;
pub mod receive_stock;
pub mod recipes;
pub mod schedules;
pub mod set_hours;
pub mod settle_orders;
pub mod special_days;
pub mod transfer_stock;

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
    pub schedules: schedules::Schedules,
    /// Pauses of branches, as last read.
    pub pauses: pauses::KnownPauses,
    /// Limits of branches, as last read.
    pub limits: limits::KnownLimits,
    /// Availabilities, as last read.
    pub availabilities: availability::Cache,
}
