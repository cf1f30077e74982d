//! Rules, apart from I/O.

pub mod calendar;
pub mod points;
pub mod programme;
pub mod tags;
pub mod tiers;
