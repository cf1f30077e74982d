//! Use cases with I/O.

pub mod availability;
mod dependencies;
pub mod error;
pub mod find_branch;
pub mod holds;
pub mod hours;
pub mod limits;
pub mod pauses;
pub mod stock;

pub use dependencies::Dependencies;
