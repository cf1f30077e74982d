//! Use cases.

pub mod benefits;
pub mod members;
#[cfg(test)]
mod members_for_tests;
pub mod orders;
pub mod points;
pub mod scope;
pub mod tags;
pub mod tiers;

use chassis::{clock::SharedClock, db::Db};

/// What every use case works with; clones share everything.
#[derive(Clone, Debug)]
pub struct Dependencies {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
}
