//! Pure rules: when a branch sells, how much is left, and what becomes of a hold. No I/O.

pub mod availability;
pub mod branch_state;
pub mod holds;
pub mod hours;
pub mod limits;
pub mod line;
pub mod local_time;
pub mod pauses;
pub mod stock;
